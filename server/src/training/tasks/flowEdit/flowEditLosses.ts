import type * as tfc from '@tensorflow/tfjs-core';

import type { LossFunction } from '../../loss.ts';
import { meanSquaredError } from '../../losses/meanSquaredError.ts';
import { type LossLayout, lossChoices } from '../../lossOptions.ts';
import { completeOptions, type NamedOptions } from '../../namedOptions.ts';
import { prepareChosenLoss } from '../../prepareChosenLoss.ts';
import type { Tf } from '../../task.ts';
import { imageSize, latentSize } from './flowEditWorld.ts';

/** Pictures are squares of one channel. */
const side = Math.sqrt(imageSize);

/** Losses that a config may set in place of the mean squared error of the velocity. */
export const velocityLossNames: readonly string[] = [
  'absolute-error',
  'cosine-distance',
  'mean-squared-error',
  'modality-squared-error',
  'smooth-l1',
  'velocity',
];
export const velocityLayouts: readonly LossLayout[] = [
  { prediction: [1, latentSize], target: [1, latentSize], time: [1, 1] },
];

/** Losses that a config may set in place of the difference of the pictures. */
export const renderLossNames: readonly string[] = [
  'absolute-error',
  'cosine-distance',
  'mean-squared-error',
  'perceptual',
  'random-lpips',
  'smooth-l1',
];
export const renderLayouts: readonly LossLayout[] = [
  { prediction: [1, imageSize], target: [1, imageSize] },
  { prediction: [1, side, side, 1], target: [1, side, side, 1] },
];

/** The velocity loss; of null the mean squared error. */
export function createVelocityLoss(
  tf: Tf,
  chosen: NamedOptions | null,
): LossFunction<'prediction' | 'target' | 'time'> {
  return chosen
    ? prepareChosenLoss(tf, chosen, velocityLayouts)
    : meanSquaredError.create(tf, {}, {});
}

/** The parts of the render loss and the registered losses that they are. */
export const renderParts = {
  l2: 'mean-squared-error',
  perceptual: 'perceptual',
  lpips: 'random-lpips',
} as const;

/** Weights of the parts within the render loss, 0 for a part that is left out. */
export type RenderPartWeights = Readonly<Record<keyof typeof renderParts, number>>;

/** The render loss; of null the weighted sum of its parts. */
export function createRenderLoss(
  tf: Tf,
  chosen: NamedOptions | null,
  weights: RenderPartWeights,
): LossFunction<'prediction' | 'target'> {
  if (chosen) return prepareChosenLoss(tf, chosen, renderLayouts);
  const parts = [
    { weight: weights.l2, name: renderParts.l2 },
    { weight: weights.perceptual, name: renderParts.perceptual },
    { weight: weights.lpips, name: renderParts.lpips },
  ]
    .filter(({ weight }) => weight > 0)
    .map(({ weight, name }) => {
      const part = completeOptions(lossChoices([name]), name);
      return { weight, loss: prepareChosenLoss(tf, part, renderLayouts) };
    });
  return {
    compute(inputs) {
      const weighted = parts.map(({ weight, loss }) =>
        weight === 1 ? loss.compute(inputs) : tf.mul<tfc.Scalar>(loss.compute(inputs), weight),
      );
      return tf.addN(weighted);
    },
    dispose() {
      for (const { loss } of parts) loss.dispose();
    },
  };
}
