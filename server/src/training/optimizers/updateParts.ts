import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { UpdateInput } from '../optimizer.ts';
import type { Tf } from '../task.ts';

/** One of the numbers that the optimiser's `scalars` gave for this step. */
export function scalarNamed({ scalars }: UpdateInput, name: string): tfc.Scalar {
  const scalar = scalars[name];
  invariant(scalar, `an update is given the scalar ${name}`);
  return scalar;
}

/** What the last update left in a slot. */
export function slotAt({ slots }: UpdateInput, index: number): tfc.Tensor1D {
  const slot = slots[index];
  invariant(slot, `an update is given slot ${index}`);
  return slot;
}

/** λ ∘ θ; undefined where nothing decays. */
export function decayTerm(tf: Tf, input: UpdateInput): tfc.Tensor1D | undefined {
  return input.weightDecays && tf.mul(input.parameters, input.weightDecays);
}

/** g + λ ∘ θ: the gradient of the losses and of an L2 penalty λ/2 |θ|². */
export function penalisedGradient(tf: Tf, input: UpdateInput): tfc.Tensor1D {
  const decay = decayTerm(tf, input);
  return decay ? tf.add(input.gradient, decay) : input.gradient;
}

/** An update made at the plan's learning rate, at the rate of each group. */
export function atGroupRates(tf: Tf, input: UpdateInput, update: tfc.Tensor1D): tfc.Tensor1D {
  return input.learningRateFactors ? tf.mul(update, input.learningRateFactors) : update;
}
