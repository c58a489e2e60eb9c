import type { WorkspaceFiles } from '../../../server/src/workspace/files.ts';

/** What befalls a write: the process is gone in front of it, or in its midst, or the disk is full. */
export type Fault = 'killed before' | 'killed within' | 'full';

export interface FaultOptions {
  readonly fault: Fault;
  /** Which write it befalls, the first being 0. */
  readonly at: number;
  /** How many writes in a row fail, where the disk is full. */
  readonly length?: number;
}

/** Files whose writes are counted, and one of which does not come to pass. */
export class FaultyFiles {
  readonly files: WorkspaceFiles;
  readonly #options: FaultOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #writes = 0;
  #dying = false;
  #killed = false;

  constructor(disk: WorkspaceFiles, options: FaultOptions) {
    this.#options = options;
    this.files = {
      ...disk,
      writeAtomically: (path, text) =>
        this.#write(
          () => disk.writeAtomically(path, text),
          () => disk.writeAtomically(`${path}.1.1.tmp`, text.slice(0, text.length / 2)),
        ),
      createExclusively: (path, text) =>
        this.#write(
          () => disk.createExclusively(path, text),
          () => disk.writeAtomically(`${path}.1.1.tmp`, text.slice(0, text.length / 2)),
        ),
      makeFolder: (path) => this.#write(() => disk.makeFolder(path)),
    };
  }

  /** Whether the process of these files is taken to be gone, and none of its writes is under way. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Whether no write has come to pass since the disk was full, and none will. */
  get isFullForGood(): boolean {
    const { fault, at, length } = this.#options;
    return fault === 'full' && length === Number.POSITIVE_INFINITY && this.#writes > at;
  }

  get writes(): number {
    return this.#writes;
  }

  async #write<T>(write: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    const { fault, at, length = 1 } = this.#options;
    const number = this.#writes;
    this.#writes += 1;
    if (this.#dying) return await never();
    if (number < at || (fault === 'full' ? number >= at + length : number > at)) {
      return await this.#track(write());
    }
    if (fault === 'full') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    this.#dying = true;
    if (fault === 'killed within') await half?.();
    // The threads of a process that is killed end with it; these here do not.
    await Promise.allSettled(this.#underWay);
    this.#killed = true;
    return await never();
  }

  async #track<T>(writing: Promise<T>): Promise<T> {
    this.#underWay.add(writing);
    return await writing.finally(() => this.#underWay.delete(writing));
  }
}

/** What a process that is gone would have done next. */
function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
