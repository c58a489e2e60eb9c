import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import type { Tf } from './task.ts';

/** The mean of lists of vectors over the batches of a step, holding one list at a time. */
export class BatchMean implements Disposable {
  readonly #tf: Tf;
  #sums: readonly tfc.Tensor1D[] = [];
  #count = 0;

  constructor(tf: Tf) {
    this.#tf = tf;
  }

  /** Adds the list of one batch, made inside `tf.tidy`; always as many vectors of the same lengths. */
  add(make: () => readonly tfc.Tensor1D[]): void {
    const tf = this.#tf;
    const next = tf.tidy(() =>
      make().map((vector, index) => {
        const sum = this.#sums[index];
        return tf.keep(sum ? tf.add<tfc.Tensor1D>(sum, vector) : vector);
      }),
    );
    this.dispose();
    this.#sums = next;
    this.#count += 1;
  }

  /** To be called inside `tf.tidy`. */
  mean(): readonly tfc.Tensor1D[] {
    if (this.#count <= 1) return this.#sums;
    return this.#sums.map((sum) => this.#tf.mul<tfc.Tensor1D>(sum, 1 / this.#count));
  }

  dispose(): void {
    for (const sum of this.#sums) sum.dispose();
    this.#sums = [];
  }
}
