import type { Disposable } from '../base/disposable.ts';
import type { LogFormat } from '../readers/logFormat.ts';
import type { LogListener, LogSource } from './logSource.ts';
import { WatchedRoots } from './watchedRoots.ts';

/** Files that somebody has named, with the format that they are read in, whatever they look like. */
export interface ChosenFormat {
  /** Absolute: folders below which such files lie, or such files. */
  readonly roots: readonly string[];
  /** The format of a file, by its absolute path; undefined for files that are not of these. */
  formatOf(path: string): LogFormat | undefined;
}

/** Finds the files whose formats are chosen, which need not be named like logs. */
export class ChosenFormats implements Disposable {
  readonly #source: LogSource;
  readonly #listener: LogListener;
  #chosen: readonly ChosenFormat[] = [];
  #roots: WatchedRoots;

  constructor(source: LogSource, listener: LogListener) {
    this.#source = source;
    this.#listener = listener;
    this.#roots = this.#begin([]);
  }

  get areReady(): boolean {
    return this.#roots.areReady;
  }

  /** The format chosen for a file, by the first choice that is for it. */
  formatOf(path: string): LogFormat | undefined {
    for (const choice of this.#chosen) {
      const format = choice.formatOf(path);
      if (format) return format;
    }
    return undefined;
  }

  rootOf(path: string): string | undefined {
    return this.formatOf(path) && this.#roots.rootOf(path);
  }

  /** Takes these in the place of all earlier ones; returns which of some files changed its format. */
  replace(chosen: readonly ChosenFormat[], files: Iterable<string>): readonly string[] {
    const before = [...files].map((path) => ({ path, format: this.formatOf(path) }));
    const ended = this.#roots;
    this.#chosen = chosen;
    this.#roots = this.#begin(chosen);
    ended.dispose();
    return before
      .filter(({ path, format }) => this.formatOf(path) !== format)
      .map(({ path }) => path);
  }

  dispose(): void {
    this.#roots.dispose();
  }

  #begin(chosen: readonly ChosenFormat[]): WatchedRoots {
    const wants = (path: string): boolean => this.formatOf(path) !== undefined;
    const touched = (path: string): void => {
      if (wants(path)) this.#listener.touched(path);
    };
    const roots = new WatchedRoots(this.#source, { touched, ready: this.#listener.ready }, wants);
    for (const root of new Set(chosen.flatMap((choice) => choice.roots))) roots.add(root);
    return roots;
  }
}
