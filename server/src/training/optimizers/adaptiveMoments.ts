import type * as tfc from '@tensorflow/tfjs-core';

import type { StepCounting, UpdateInput } from '../optimizer.ts';
import type { OptimizerPlan } from '../optimizerPlan.ts';
import type { Tf } from '../task.ts';
import { scalarNamed, slotAt } from './updateParts.ts';

/** The slots of Adam and AdamW: M and V of `adaptiveDirection`, and their weights where they are counted. */
export function momentSlots(_plan: OptimizerPlan, counting: StepCounting): readonly string[] {
  const sums = ['gradientSum', 'squareSum'];
  return counting === 'own steps' ? [...sums, 'gradientWeight', 'squareWeight'] : sums;
}

/**
 * `stepSize` η (1−β₁) / (1−β₁ᵗ) / c and `epsilon` ε / c of `adaptiveDirection`, with
 * c = √((1−β₂) / (1−β₂ᵗ)); η and ε where each parameter counts its own steps.
 */
export function momentScalars(
  plan: OptimizerPlan,
  step: number,
  learningRate: number,
  counting: StepCounting,
) {
  const { beta1, beta2, epsilon } = plan;
  if (counting === 'own steps') return { stepSize: -learningRate, epsilon };
  const first = (1 - beta1) / (1 - beta1 ** step);
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { stepSize: (-learningRate * first) / second, epsilon: epsilon / second };
}

/**
 * What `stepSize` has to be multiplied with for the step of Adam (Kingma & Ba, ICLR 2015,
 * algorithm 1), and the next slots. The sums M = m / (1−β₁) and V = v / (1−β₂) stand for the
 * moments: M ← β₁ M + g and V ← β₂ V + g² are three passes over the parameters less, and all
 * constants of −η m̂ / (√v̂ + ε) = stepSize · M / (√V + ε/c) come in as two scalars.
 *
 * Where each parameter counts its own steps, the sums of the weights are carried on as well,
 * A ← β₁ A + 1 and B ← β₂ B + 1: after n steps A is (1−β₁ⁿ) / (1−β₁), so that m̂ = M / A and
 * v̂ = V / B, without a power and without a difference of numbers that are nearly equal.
 */
export function adaptiveDirection(tf: Tf, input: UpdateInput, gradient: tfc.Tensor1D) {
  const { beta1, beta2 } = input.plan;
  const sum = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 0), beta1), gradient);
  const squares = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 1), beta2), tf.square(gradient));
  const epsilon = scalarNamed(input, 'epsilon');
  if (input.counting === 'steps of the run') {
    const scale = tf.add(tf.sqrt(squares), epsilon);
    return { direction: tf.div<tfc.Tensor1D>(sum, scale), slots: [sum, squares] };
  }
  const weight = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 2), beta1), 1);
  const squareWeight = tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 3), beta2), 1);
  const scale = tf.add(tf.sqrt(tf.div(squares, squareWeight)), epsilon);
  return {
    direction: tf.div<tfc.Tensor1D>(tf.div(sum, weight), scale),
    slots: [sum, squares, weight, squareWeight],
  };
}
