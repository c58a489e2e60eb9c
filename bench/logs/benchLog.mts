import type { ByteWriter } from './byteWriter.mts';

/** A kind of log that is generated and read. */
export interface BenchLog {
  readonly name: string;
  /** By which, with its contents, its format is told. */
  readonly fileName: string;
  /** What is in it, for the table. */
  readonly contents: string;
  /** MB (10^6 bytes) a second that are asked for. */
  readonly target?: number;
  /** Names of the peers that can read it. */
  readonly peers: readonly string[];
  /**
   * Writes whole units until there are `bytes` of them; always the same bytes for the same number.
   * @returns the number of points
   */
  readonly write: (out: ByteWriter, bytes: number) => number;
}
