import { aimFolderOf } from './runLayout.ts';

/** A file or folder with metrics that cannot be read. */
export interface LogProblem {
  /** Absolute. */
  readonly path: string;
  /** What is the matter and what to do, in sentences. */
  readonly message: string;
}

/** The logs that cannot be read just now. */
export class LogProblems {
  /** By the file that told of it. */
  readonly #problems = new Map<string, LogProblem>();
  #told: readonly LogProblem[] = [];

  /** What the last look at a file found; undefined for nothing. Returns whether it is news. */
  put(file: string, message: string | undefined): boolean {
    if (this.#problems.get(file)?.message === message) return false;
    if (message === undefined) this.#problems.delete(file);
    else this.#problems.set(file, { path: aimFolderOf(file) ?? file, message });
    return message !== undefined;
  }

  /** The files that told of them, which need not be tracked. */
  files(): Iterable<string> {
    return this.#problems.keys();
  }

  /** Sorted by path, each once. */
  all(): readonly LogProblem[] {
    const byPath = new Map([...this.#problems.values()].map((problem) => [problem.path, problem]));
    return [...byPath.values()].sort((first, second) => (first.path < second.path ? -1 : 1));
  }

  /** All of them where one came or went since the last call. */
  takeNews(): readonly LogProblem[] | undefined {
    const all = this.all();
    const isSame = all.length === this.#told.length && all.every(this.#isTold);
    this.#told = all;
    return isSame ? undefined : all;
  }

  readonly #isTold = ({ path, message }: LogProblem, index: number): boolean =>
    this.#told[index]?.path === path && this.#told[index].message === message;
}
