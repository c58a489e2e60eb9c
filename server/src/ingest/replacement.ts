import type { PointSink } from '../readers/logFormat.ts';

/** One run of a file that holds several. */
export interface RunInFile {
  /** Names the run within the file. */
  readonly key: string;
  /** What people call it. */
  readonly name: string;
}

/** Where the points of a file go that is read once more, beside the reading of what is new. */
export interface RestoreTarget {
  /** Whether nothing more is wanted. */
  readonly isOver: boolean;
  sinkOf(format: { readonly name: string }, run?: RunInFile): PointSink;
}

/** Where the points of a file go that cannot be read on from where it ended. */
export interface ReplaceableTarget {
  /**
   * What follows takes the place of everything that the file gave before, once `complete` says that
   * it is all; until then nobody sees it.
   */
  beginAnew(): void;
  /** Where the points of one run of the file go; `run` is left out where the file holds one only. */
  sinkOf(format: { readonly name: string }, run?: RunInFile): PointSink;
  /** `progress` is that of a snapshot: of the files of a run the one with the highest counts. */
  complete(progress?: number): void;
  /** What followed `beginAnew` is dropped: what was known before still holds. */
  abandon(): void;
}
