import type * as tfc from '@tensorflow/tfjs-core';

import type { UpdateInput } from '../optimizer.ts';
import type { OptimizerPlan } from '../optimizerPlan.ts';
import type { Tf } from '../task.ts';
import { scalarNamed, slotAt } from './updateParts.ts';

/** The slots of Adam and AdamW: M and V of `adaptiveDirection`. */
export const momentSlots: readonly string[] = ['gradientSum', 'squareSum'];

/**
 * `stepSize` η (1−β₁) / (1−β₁ᵗ) / c and `epsilon` ε / c of `adaptiveDirection`, with
 * c = √((1−β₂) / (1−β₂ᵗ)).
 */
export function momentScalars(plan: OptimizerPlan, step: number, learningRate: number) {
  const { beta1, beta2, epsilon } = plan;
  const first = (1 - beta1) / (1 - beta1 ** step);
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { stepSize: (-learningRate * first) / second, epsilon: epsilon / second };
}

/**
 * What `stepSize` has to be multiplied with for the step of Adam (Kingma & Ba, ICLR 2015,
 * algorithm 1), and the next slots. The sums M = m / (1−β₁) and V = v / (1−β₂) stand for the
 * moments: M ← β₁ M + g and V ← β₂ V + g² are three passes over the parameters less, and all
 * constants of −η m̂ / (√v̂ + ε) = stepSize · M / (√V + ε/c) come in as two scalars.
 */
export function adaptiveDirection(tf: Tf, input: UpdateInput, gradient: tfc.Tensor1D) {
  const { beta1, beta2 } = input.plan;
  const sum = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 0), beta1), gradient);
  const squares = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 1), beta2), tf.square(gradient));
  const scale = tf.add(tf.sqrt(squares), scalarNamed(input, 'epsilon'));
  return { direction: tf.div<tfc.Tensor1D>(sum, scale), slots: [sum, squares] };
}
