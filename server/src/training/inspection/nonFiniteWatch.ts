import type { Disposable } from '../../base/disposable.ts';
import type { HeldState, StepEngine } from '../stepEngine.ts';
import { disposeBatch } from '../stepSpec.ts';
import { describeTrouble } from './describeTrouble.ts';
import { findTrouble, type ReplayOptions, type ReplayStep } from './findTrouble.ts';

/** As many replays a run may have; each takes the time and memory of a few steps. */
const mostReplays = 3;

interface NonFiniteWatchOptions extends ReplayOptions {
  readonly engine: StepEngine;
  /** Told where what is not finite began. */
  readonly notice: (text: string, step: number) => void;
}

/**
 * Keeps what it takes to replay the steps whose losses are not known yet, and the last one before
 * them: its losses were finite, its update is known by the losses of the next step alone. Nothing is
 * computed or read until something is not finite; then the steps are replayed, once for each time
 * that it comes over the run.
 */
export class NonFiniteWatch implements Disposable {
  readonly #options: NonFiniteWatchOptions;
  #steps: ReplayStep[] = [];
  #replaysLeft = mostReplays;
  #wasFinite = true;

  constructor(options: NonFiniteWatchOptions) {
    this.#options = options;
  }

  /** The state before a step, to be handed over with it; undefined once there are no more replays. */
  hold(): HeldState | undefined {
    return this.#replaysLeft > 0 ? this.#options.engine.hold() : undefined;
  }

  /** Takes over the batches and the state of a step that was taken. */
  add(step: ReplayStep): void {
    const last = this.#steps.at(-1);
    if (last && this.#steps.length > 1) {
      // A replay begins before the first step and comes by here.
      last.held?.dispose();
      this.#steps[this.#steps.length - 1] = { ...last, held: undefined };
    }
    this.#steps.push(step);
  }

  /** A step was found to be finite. */
  finite(): void {
    this.#wasFinite = true;
  }

  /** A step was found not to be finite, for a reason that was told already. */
  explained(): void {
    this.#wasFinite = false;
  }

  /**
   * A step was found not to be finite: tells where it began, unless the step before was not either.
   * @param found what is not finite, such as `the loss render is NaN`
   */
  async explain(step: number, found: string): Promise<void> {
    const isNew = this.#wasFinite;
    this.#wasFinite = false;
    const steps = this.#steps.filter((taken) => taken.step <= step);
    if (!isNew || this.#replaysLeft === 0 || !steps[0]?.held) return;
    this.#replaysLeft -= 1;
    this.#options.notice(`At step ${step} ${found}. ${await this.#search(steps)}`, step);
  }

  /** All steps but the last are known to have gone well, or were explained. */
  forget(): void {
    const last = this.#steps.pop();
    this.dispose();
    if (last) this.#steps = [last];
  }

  dispose(): void {
    for (const { held, batches } of this.#steps) {
      held?.dispose();
      for (const batch of batches) disposeBatch(batch);
    }
    this.#steps = [];
  }

  async #search(steps: readonly ReplayStep[]): Promise<string> {
    const { tf } = this.#options;
    try {
      const trouble = await findTrouble(this.#options, steps);
      if (trouble) return describeTrouble(trouble);
      const first = steps[0]?.step;
      const last = steps.at(-1)?.step;
      const which = first === last ? `Step ${first}` : `Steps ${first} to ${last}`;
      return `${which} came out finite when replayed operation by operation on ${tf.getBackend()}, so where it began is not known: values near the limits of float32 may round otherwise there.`;
    } catch (error) {
      // Such as an operation that this TensorFlow.js lacks, or memory: the run itself can go on.
      const reason = error instanceof Error ? error.message : String(error);
      return `Where it began is not known, for the step cannot be replayed operation by operation: ${reason}`;
    }
  }
}
