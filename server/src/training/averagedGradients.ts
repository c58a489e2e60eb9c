import type * as tfc from '@tensorflow/tfjs-core';

import type { StrategyMoments } from './strategy.ts';
import type { Tf } from './task.ts';

/** What an update of the averages is made from. */
export interface AverageInput {
  /** The averages before, not corrected: one vector for each loss. */
  readonly averages: readonly tfc.Tensor1D[];
  /** The gradient of each loss of this step; where losses take turns, that of the one in turn alone. */
  readonly gradients: readonly tfc.Tensor1D[];
  /** Shape [K]. */
  readonly losses: tfc.Tensor1D;
  /** By the names that `scalars` gives. */
  readonly scalars: Readonly<Record<string, tfc.Scalar>>;
}

export interface AverageResult {
  /** To be carried to the next step. */
  readonly averages: readonly tfc.Tensor1D[];
  /** Bias-corrected: what stands in for the gradients in this step. */
  readonly corrected: readonly tfc.Tensor1D[];
}

/** Keeps the gradient of a logarithm finite where its loss vanishes. */
const epsilon = 1e-8;

const turnScalar = (loss: number): string => `turn${loss}`;
const correctionScalar = (loss: number): string => `correction${loss}`;

/**
 * Moving averages of the losses' gradients, mₖ ← β mₖ + (1 − β) gₖ with bias correction (Kingma & Ba
 * 2015, §3), for strategies that combine those. Pure functions of tensors, as all parts of a step.
 */
export class AveragedGradients {
  readonly #tf: Tf;
  readonly #moments: StrategyMoments;
  readonly #terms: number;

  constructor(tf: Tf, moments: StrategyMoments, terms: number) {
    this.#tf = tf;
    this.#moments = moments;
    this.#terms = terms;
  }

  /** Whether a step sees the gradient of one loss only. */
  get takesTurns(): boolean {
    return this.#moments.turn === 'one loss a step';
  }

  /** For each loss whether it is its turn (1 or 0), and the correction of its average at a step. */
  scalars(step: number): Readonly<Record<string, number>> {
    const scalars: Record<string, number> = {};
    for (let loss = 0; loss < this.#terms; loss += 1) {
      const inTurn = !this.takesTurns || (step - 1) % this.#terms === loss;
      const updates = this.takesTurns
        ? Math.max(0, Math.floor((step - 1 - loss) / this.#terms) + 1)
        : step;
      scalars[turnScalar(loss)] = inTurn ? 1 : 0;
      // Before its first update an average is 0, whatever it is divided by.
      scalars[correctionScalar(loss)] =
        updates === 0 ? 1 : 1 / (1 - this.#moments.decay ** updates);
    }
    return scalars;
  }

  /** The weights of a loss whose gradient is that of the loss in turn. */
  turns(scalars: Readonly<Record<string, tfc.Scalar>>): readonly tfc.Scalar[] {
    return this.#perLoss((loss) => named(scalars, turnScalar(loss)));
  }

  update({ averages, gradients, losses, scalars }: AverageInput): AverageResult {
    const tf = this.#tf;
    const next = this.#perLoss((loss) => {
      const average = averages[loss];
      const gradient = gradients[this.takesTurns ? 0 : loss];
      if (!average || !gradient) throw new Error('Broken invariant: a loss has an average');
      const towards = tf.sub(this.#scaled(gradient, losses, loss), average);
      const pace = tf.mul<tfc.Scalar>(named(scalars, turnScalar(loss)), 1 - this.#moments.decay);
      return tf.add<tfc.Tensor1D>(average, tf.mul(towards, pace));
    });
    const corrected = next.map((average, loss) =>
      tf.mul<tfc.Tensor1D>(average, named(scalars, correctionScalar(loss))),
    );
    return { averages: next, corrected };
  }

  #scaled(gradient: tfc.Tensor1D, losses: tfc.Tensor1D, loss: number): tfc.Tensor1D {
    const tf = this.#tf;
    if (this.#moments.of === 'gradients') return gradient;
    const value = tf.slice1d(losses, loss, 1);
    const reciprocal = tf.div(1, tf.add(value, epsilon));
    const factor = tf.where(tf.greater(value, 0), reciprocal, tf.onesLike(value));
    return tf.mul<tfc.Tensor1D>(gradient, factor);
  }

  #perLoss<T>(make: (loss: number) => T): readonly T[] {
    return Array.from({ length: this.#terms }, (_, loss) => make(loss));
  }
}

function named(scalars: Readonly<Record<string, tfc.Scalar>>, name: string): tfc.Scalar {
  const scalar = scalars[name];
  if (!scalar) throw new Error(`Broken invariant: a step has the scalar ${name}`);
  return scalar;
}
