import type { EngineSnapshot } from './stepEngine.ts';

/** All that a run needs to go on bit by bit as if it had not been interrupted. */
export interface Checkpoint extends EngineSnapshot {
  /** What the run is of, in words: a checkpoint of something else is not taken. */
  readonly identity: string;
  /** What the strategy remembers. */
  readonly strategy: readonly number[];
  /** The state of the random numbers that draw the data. */
  readonly random: readonly number[];
}
