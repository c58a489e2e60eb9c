import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom } from '../../server/src/base/random.ts';
import type { Batch, TaskInstance, Tf } from '../../server/src/training/task.ts';
import { type BenchNet, createNetInstance, termNames } from './benchNet.mts';
import { disposeBatch } from './engineRunner.mts';

/**
 * A net trained as one writes it with the public API: `variableGrads` once for each loss, for the
 * norm of its gradient, and once for their sum, whose gradient an optimiser applies.
 */
export class NaiveRunner {
  readonly #tf: Tf;
  readonly #instance: TaskInstance;
  readonly #terms: readonly string[];
  readonly #variables: tfc.Variable[];
  readonly #batch: Batch;
  readonly #optimizer: tfc.Optimizer;

  constructor(tf: Tf, net: BenchNet, losses: number) {
    const random = createRandom(0, net.name);
    this.#tf = tf;
    this.#instance = createNetInstance(tf, net, losses, random);
    this.#terms = termNames(losses);
    this.#variables = this.#instance.groups.flatMap(({ variables }) => variables);
    this.#batch = this.#instance.nextBatch(random);
    this.#optimizer = tf.train.adam(0.001);
  }

  /** @returns mean milliseconds of a step */
  async block(steps: number): Promise<number> {
    const started = performance.now();
    for (let step = 0; step < steps; step += 1) await this.#take();
    return (performance.now() - started) / steps;
  }

  dispose(): void {
    this.#optimizer.dispose();
    disposeBatch(this.#batch);
    this.#instance.dispose();
  }

  async #take(): Promise<void> {
    const tf = this.#tf;
    const packed = tf.tidy(() => {
      const norms = this.#terms.map((term) => this.#gradientNorm(term));
      const { value, grads } = tf.variableGrads(
        () => tf.addN(Object.values(this.#instance.losses(this.#batch))),
        this.#variables,
      );
      this.#optimizer.applyGradients(grads);
      return tf.stack([value, ...norms]);
    });
    await packed.data();
    packed.dispose();
  }

  #gradientNorm(term: string): tfc.Scalar {
    const tf = this.#tf;
    return tf.tidy(() => {
      const { grads } = tf.variableGrads(() => {
        const loss = this.#instance.losses(this.#batch)[term];
        if (!loss) throw new Error(`The net gave no loss ${term}.`);
        return loss;
      }, this.#variables);
      const squares = Object.values(grads).map((gradient) =>
        tf.sum<tfc.Scalar>(tf.square(gradient)),
      );
      return tf.sqrt(tf.addN(squares));
    });
  }
}
