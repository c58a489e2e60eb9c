import type { Clock } from '../../server/src/base/clock.ts';
import { type Disposable, toDisposable } from '../../server/src/base/disposable.ts';
import { fail, type Result, succeed } from '../../server/src/base/result.ts';
import type {
  LogFile,
  LogListener,
  LogSource,
  OpenFailure,
} from '../../server/src/ingest/logSource.ts';
import { concatenate } from './writeEvents.ts';

interface MemoryFile {
  readonly identity: string;
  bytes: Uint8Array;
  modifiedAt: number;
}

/** Log files in memory, for tests that hold the clock still. */
export class MemoryLogSource implements LogSource {
  readonly #clock: Clock;
  readonly #files = new Map<string, MemoryFile>();
  readonly #listeners = new Map<string, Set<LogListener>>();
  #identities = 0;
  /** How often a file was opened. */
  opened = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Writes a file anew under a new identity, as an editor that replaces files does. */
  replace(path: string, bytes: Uint8Array): void {
    this.#identities += 1;
    const identity = `memory:${this.#identities}`;
    this.#files.set(path, { identity, bytes, modifiedAt: this.#clock.now() });
    this.#tell(path);
  }

  /** Overwrites a file in place, as opening it for writing does. */
  overwrite(path: string, bytes: Uint8Array): void {
    const file = this.#files.get(path);
    if (!file) {
      this.replace(path, bytes);
      return;
    }
    file.bytes = bytes;
    file.modifiedAt = this.#clock.now();
    this.#tell(path);
  }

  append(path: string, bytes: Uint8Array): void {
    this.overwrite(path, concatenate([this.#files.get(path)?.bytes ?? new Uint8Array(), bytes]));
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#tell(path);
  }

  watch(root: string, listener: LogListener): Disposable {
    const listeners = this.#listeners.get(root) ?? new Set();
    this.#listeners.set(root, listeners.add(listener));
    for (const path of this.#files.keys()) if (path.startsWith(root)) listener.touched(path);
    listener.ready();
    return toDisposable(() => listeners.delete(listener));
  }

  async open(path: string): Promise<Result<LogFile, OpenFailure>> {
    this.opened += 1;
    const file = this.#files.get(path);
    if (!file) return fail({ kind: 'missing', message: 'no such file' });
    const { identity, bytes, modifiedAt } = file;
    return succeed({
      identity,
      modifiedAt,
      size: bytes.length,
      read: async (target, offset) => {
        const found = bytes.subarray(offset, offset + target.length);
        target.set(found);
        return found.length;
      },
      close: async () => undefined,
    });
  }

  async realPath(path: string): Promise<string> {
    return path;
  }

  #tell(path: string): void {
    for (const [root, listeners] of this.#listeners) {
      if (!path.startsWith(root)) continue;
      for (const listener of listeners) listener.touched(path);
    }
  }
}
