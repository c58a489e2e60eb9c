import type { ArmTrainer } from './trainArm.mts';

export interface ExperimentContext {
  readonly trainer: ArmTrainer;
  /** One run of every arm for each of these; arms with the same seed share data and initial values. */
  readonly seeds: readonly number[];
  readonly progress: (text: string) => void;
}

/** A test of a claim. What decides it is said before it is run. */
export interface Experiment {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** The claim in the words of its source. */
  readonly claim: string;
  /** World, arms, metric that decides, in a paragraph of Markdown. */
  readonly setup: string;
  /** Tables and verdict in Markdown, without a heading. */
  run(context: ExperimentContext): Promise<string>;
}
