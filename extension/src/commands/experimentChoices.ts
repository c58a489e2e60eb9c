import type { ReadyExperiment } from '#protocol/readyExperiments';

/** A ready-made experiment as the picker offers it. */
export interface ExperimentChoice {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly experiment: ReadyExperiment;
}

export function experimentChoices(
  experiments: readonly ReadyExperiment[],
): readonly ExperimentChoice[] {
  return experiments.map((experiment) => ({
    label: experiment.title,
    description: experiment.problem === undefined ? costOf(experiment) : 'not with this config',
    detail: experiment.problem ?? experiment.question,
    experiment,
  }));
}

/** `15 runs (5 configs × 3 seeds), about 4 minutes`. */
function costOf({ variants, runs, seconds }: ReadyExperiment): string {
  const seeds = runs / variants;
  const of = `${variants} configs × ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
  return `${runs} runs (${of})${seconds === undefined ? '' : `, ${durationText(seconds)}`}`;
}

/** An estimate is told no more exactly than it is. */
function durationText(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes < 1) return 'under a minute';
  if (minutes < 90) return `about ${countOf(Math.round(minutes), 'minute')}`;
  return `about ${countOf(Number((minutes / 60).toPrecision(2)), 'hour')}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
