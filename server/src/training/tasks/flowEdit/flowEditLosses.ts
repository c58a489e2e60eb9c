import type { LossFunction } from '../../loss.ts';
import { meanSquaredError } from '../../losses/meanSquaredError.ts';
import { perceptual } from '../../losses/perceptual.ts';
import type { LossLayout } from '../../lossOptions.ts';
import type { NamedOptions } from '../../namedOptions.ts';
import { prepareChosenLoss } from '../../prepareChosenLoss.ts';
import type { Tf } from '../../task.ts';
import { imageSize, latentSize } from './flowEditWorld.ts';

/** Weight of the perceptual part within the render loss. */
const perceptualPart = 0.1;
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

/** The render loss; of null the mean squared error with a tenth of the perceptual loss. */
export function createRenderLoss(
  tf: Tf,
  chosen: NamedOptions | null,
): LossFunction<'prediction' | 'target'> {
  if (chosen) return prepareChosenLoss(tf, chosen, renderLayouts);
  const pixels = meanSquaredError.create(tf, {}, {});
  const features = perceptual.create(tf, perceptual.options.parse({}), { '...': imageSize });
  return {
    compute: (inputs) =>
      tf.add(pixels.compute(inputs), tf.mul(features.compute(inputs), perceptualPart)),
    dispose() {
      pixels.dispose();
      features.dispose();
    },
  };
}
