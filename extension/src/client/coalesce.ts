import * as vscode from 'vscode';

/**
 * An event that fires at most once in so many milliseconds and never misses the last change: a run
 * reports ten times a second, a list need not be drawn as often.
 */
export class Coalesced implements vscode.Disposable {
  readonly #emitter = new vscode.EventEmitter<undefined>();
  readonly #listening: vscode.Disposable;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  readonly event = this.#emitter.event;

  constructor(source: vscode.Event<unknown>, milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#listening = source(() => this.#schedule());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
    this.#emitter.dispose();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#emitter.fire(undefined);
    }, this.#milliseconds);
  }
}
