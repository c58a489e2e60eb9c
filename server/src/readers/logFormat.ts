/** Where a reader puts what it finds. Names are the original ones of the log. */
export interface PointSink {
  /**
   * Opens a unit of the file (a frame, a line, a row): the points that follow come from these
   * bytes. Offsets count from the start of the file.
   */
  unit(byteStart: number, byteEnd: number): void;
  /**
   * The steps of this unit count within a round, an epoch, and begin again with the next one although
   * the training goes on: charts count them through.
   */
  inRound(round: number): void;
  /** `step` and `wallTime` (seconds since the Unix epoch) are NaN where the log has none. */
  point(name: string, step: number, wallTime: number, value: number): void;
  /** A part that could not be read and was left out. */
  skipped(byteStart: number, byteEnd: number, reason: string): void;
  /** A mark of the writer that a new session starts at this step (TensorBoard's START). */
  sessionStart(step: number): void;
}

/**
 * Detection looks no further than this: programs print kilobytes of source, settings and models
 * before their first metrics.
 */
export const largeHeadBytes = 2 ** 20;

/**
 * How long a file has not changed: `paused`, so that what is whole in itself may be taken; or
 * `ended`, so that its rest is taken for the whole of its last line, although a number in it could
 * be cut. After `ended` the reader is not used again: should the file grow, it is read anew.
 */
export type IdleState = 'paused' | 'ended';

/** The resumable state of reading one file. */
export interface LogReader {
  /**
   * Consumes whole units of `bytes`, whose first byte lies at `offset` in the file, and returns
   * how many bytes it consumed; the rest is handed in again with what has come by then.
   */
  read(bytes: Uint8Array, offset: number, sink: PointSink): number;
  /**
   * Called when the file has been idle for a while, with the bytes that are left: takes an
   * unterminated last unit if it is whole in itself (a JSON line without a newline), or if it can be
   * read and the file has ended. Returns how many bytes it consumed.
   */
  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink, idle: IdleState): number;
}

/** Sample bytes for the generic test, which also feeds them one byte at a time. */
export interface LogExample {
  readonly fileName: string;
  readonly bytes: () => Uint8Array;
  readonly points: readonly (readonly [name: string, step: number, value: number])[];
  readonly skipped?: number;
}

/** A format of append-only logs. Pure: no I/O, no clock, no throw. */
export interface LogFormat {
  readonly name: string;
  /** For the manual. */
  readonly description: string;
  /** Bytes that a reader is to be given at once, where it is slow: meanwhile nothing else happens. */
  readonly blockBytes?: number;
  /**
   * How surely a file is of this format, from its name and its first bytes: 0 for no, 1 for
   * certain. Content counts before the name. NaN while there are too few bytes to tell: where the
   * first 4 KiB are, up to `largeHeadBytes` are handed in.
   */
  detect(fileName: string, head: Uint8Array): number;
  /** `path` is the file's, for formats that keep the name of a metric in it. */
  createReader(path?: string): LogReader;
  readonly examples: readonly LogExample[];
}
