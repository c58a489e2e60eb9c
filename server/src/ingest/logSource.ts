import type { Disposable } from '../base/disposable.ts';
import type { Result } from '../base/result.ts';

/** Where log files come from: the disk, or memory in tests. Paths are absolute. */
export interface LogSource {
  /**
   * Tells of every possible log at or below `root`, now and from now on; `root` may be a folder or a
   * file and need not exist yet. Events are hints: a file may be told of twice, and a change that
   * follows another within some 50 ms may not be told of at all. `wants` tells of a file, by its
   * path, whether it could be a log; where left out, its name does.
   */
  watch(root: string, listener: LogListener, wants?: (path: string) => boolean): Disposable;
  open(path: string): Promise<Result<LogFile, OpenFailure>>;
  /** The path without symbolic links; the path itself where there is nothing. */
  realPath(path: string): Promise<string>;
}

export interface LogListener {
  /** A file appeared, changed or went away. */
  touched(path: string): void;
  /** Everything that was there at first has been told of. Called at least once. */
  ready(): void;
}

/** An open file; what it says of itself is as of its opening. */
export interface LogFile {
  /** Stays the same while the file grows and differs for another file of that name (device, inode). */
  readonly identity: string;
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
  /** Fills `target` from this offset on; returns how many bytes there were. */
  read(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

export interface OpenFailure {
  /** `missing`: there is no file of that name (any more). */
  readonly kind: 'missing' | 'unreadable';
  readonly message: string;
}
