import { dirname } from 'node:path';

import { type Disposable, toDisposable } from '../base/disposable.ts';
import type { LogListener, LogSource } from './logSource.ts';

interface WatchedRoot {
  readonly watching: Disposable;
  uses: number;
}

/** The paths that are watched, each once however often it was asked for. */
export class WatchedRoots implements Disposable {
  readonly #source: LogSource;
  readonly #listener: LogListener;
  readonly #wants: ((path: string) => boolean) | undefined;
  readonly #roots = new Map<string, WatchedRoot>();
  readonly #unready = new Set<string>();

  /** `wants` tells by its path whether a file could be a log; where left out, its name does. */
  constructor(source: LogSource, listener: LogListener, wants?: (path: string) => boolean) {
    this.#source = source;
    this.#listener = listener;
    this.#wants = wants;
  }

  /** Whether everything that lay below the roots at first has been told of. */
  get areReady(): boolean {
    return this.#unready.size === 0;
  }

  add(root: string): Disposable {
    const found = this.#roots.get(root);
    if (found) found.uses += 1;
    else this.#begin(root);
    return toDisposable(() => this.#release(root));
  }

  isRoot(path: string): boolean {
    return this.#roots.has(path);
  }

  covers(path: string): boolean {
    return this.rootOf(path) !== undefined;
  }

  /** The outermost root at or above a path, so that a name does not depend on the order of watching. */
  rootOf(path: string): string | undefined {
    let outermost = this.#roots.has(path) ? path : undefined;
    for (let below = path; dirname(below) !== below; below = dirname(below)) {
      if (this.#roots.has(dirname(below))) outermost = dirname(below);
    }
    return outermost;
  }

  dispose(): void {
    for (const { watching } of this.#roots.values()) watching.dispose();
    this.#roots.clear();
    this.#unready.clear();
  }

  #begin(root: string): void {
    this.#unready.add(root);
    const ready = (): void => {
      this.#unready.delete(root);
      this.#listener.ready();
    };
    const listener = { touched: this.#listener.touched, ready };
    const watching = this.#source.watch(root, listener, this.#wants);
    this.#roots.set(root, { watching, uses: 1 });
  }

  #release(root: string): void {
    const found = this.#roots.get(root);
    if (!found) return;
    found.uses -= 1;
    if (found.uses > 0) return;
    found.watching.dispose();
    this.#roots.delete(root);
    this.#unready.delete(root);
  }
}
