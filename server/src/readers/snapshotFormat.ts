import type { PointSink } from './logFormat.ts';

/** What one reading of a whole file found. */
export interface SnapshotReading {
  /** False while the file is being written: what was known of it before still holds. */
  readonly isWhole: boolean;
  /**
   * How far the training had come when the file was written. Of the files of a run with the same
   * format only the one with the highest counts: a checkpoint holds the history of those before it.
   */
  readonly progress?: number;
}

/**
 * A reading that pauses after every few hundred kilobytes, so that other work is not kept waiting;
 * what was found comes with its end.
 */
export type SlicedReading = Generator<undefined, SnapshotReading, undefined>;

/** Sample bytes for the generic test. */
export interface SnapshotExample {
  readonly path: string;
  readonly bytes: () => Uint8Array;
  readonly points: readonly (readonly [name: string, step: number, value: number])[];
  readonly isWhole: boolean;
}

/**
 * A format of small files that their writer rewrites as a whole, so that they cannot be tailed
 * (decisions.md 15). Pure: no I/O, no clock, no throw.
 */
export interface SnapshotFormat {
  readonly name: string;
  /** For the manual. */
  readonly description: string;
  /** As that of a log format. */
  detect(fileName: string, head: Uint8Array): number;
  /** Reads all of the file. What it puts into the sink is dropped where the file is not whole. */
  read(bytes: Uint8Array, path: string, sink: PointSink): SlicedReading;
  readonly examples: readonly SnapshotExample[];
}
