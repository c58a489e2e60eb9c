import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../../base/invariant.ts';
import { matrixOf } from '../../batchFields.ts';
import { detach } from '../../detach.ts';
import { angularMargin } from '../../losses/angularMargin.ts';
import { cosFace } from '../../losses/cosFace.ts';
import { hotRows } from '../../losses/hotRows.ts';
import { infoNceNegatives } from '../../losses/infoNceNegatives.ts';
import { isAbove } from '../../losses/isAbove.ts';
import { unitVectors } from '../../losses/unitVectors.ts';
import type { NamedOptions } from '../../namedOptions.ts';
import type { Batch, Tf } from '../../task.ts';
import { throughUnit } from './throughUnit.ts';

/** What a gradient is taken at. */
interface Place {
  /** Embeddings before they are brought to length 1, [batch, features]. */
  readonly raw: tfc.Tensor2D;
  readonly batch: Batch;
  /** A direction for each person, [persons, features]. */
  readonly centers: tfc.Tensor2D;
}

/** ∂L/∂e of a feature loss L, a mean over the batch; [batch, features]. */
export type FeatureGradient = (place: Place) => tfc.Tensor2D;

/** Forms whose gradient is written out, so that the loss guidance can be had with them. */
export const guidedForms: readonly string[] = [
  'angular-margin',
  'cosface',
  'cosine-distance',
  'info-nce-negatives',
  'mean-squared-error',
];

/**
 * The gradient of a form of the feature loss by the embeddings, written out. A gradient within a
 * gradient (`tf.grad` inside a loss) would be wrong without a word: TensorFlow.js links what a kernel saves
 * of its own output, such as a softmax, to its tape before the kernel, where no second backward pass
 * reaches it.
 */
export function featureGradient(tf: Tf, { name, options }: NamedOptions): FeatureGradient {
  switch (name) {
    case 'angular-margin': {
      const { margin } = angularMargin.options.parse(options);
      return (place) => byHinge(tf, place, margin);
    }
    case 'cosface':
      return (place) => byMarginSoftmax(tf, place, cosFace.options.parse(options));
    case 'cosine-distance':
      return ({ raw, batch }) =>
        perSample(tf, throughUnit(tf, raw, tf.neg(unitVectors(tf, matrixOf(batch, 'reference')))));
    case 'info-nce-negatives': {
      const { temperature } = infoNceNegatives.options.parse(options);
      return (place) => byContrast(tf, place, temperature);
    }
    default:
      invariant(name === 'mean-squared-error', `the gradient of ${name} is written out`);
      return ({ raw, batch }) => tf.mul(tf.sub(raw, matrixOf(batch, 'reference')), 2 / raw.size);
  }
}

/** (n_hardest − t)/B by the direction, where the hinge is not met. */
function byHinge(tf: Tf, { raw, batch }: Place, margin: number): tfc.Tensor2D {
  const negatives = unitNegatives(tf, raw, batch);
  const template = unitVectors(tf, matrixOf(batch, 'template'));
  const own = tf.expandDims(unitVectors(tf, raw), 1);
  const apart = detach(tf, tf.sum(tf.mul(own, negatives), -1));
  const chosen = tf.expandDims(hotRows(tf, tf.argMax(apart, 1), apart.shape[1] ?? 1), -1);
  const hardest = tf.sum<tfc.Tensor2D>(tf.mul(chosen, negatives), 1);
  const away = tf.sub<tfc.Tensor2D>(hardest, template);
  const excess = tf.add(tf.sum(tf.mul(unitVectors(tf, raw), away), 1, true), margin);
  const slope = throughUnit(tf, raw, away);
  const missed = isAbove(tf, tf.broadcastTo(excess, slope.shape), 0);
  return perSample(tf, tf.where(missed, slope, tf.zerosLike(slope)));
}

/** (Σ pᵢ kᵢ − t)/(B τ) by the direction, with the softmax p over the template and the negatives k. */
function byContrast(tf: Tf, { raw, batch }: Place, temperature: number): tfc.Tensor2D {
  const template = unitVectors(tf, matrixOf(batch, 'template'));
  const keys = tf.concat([tf.expandDims(template, 1), unitNegatives(tf, raw, batch)], 1);
  const own = tf.expandDims(unitVectors(tf, raw), 1);
  const logits = tf.div(tf.sum(tf.mul(own, keys), -1), temperature);
  const expected = tf.sum<tfc.Tensor2D>(tf.mul(tf.expandDims(tf.softmax(logits), -1), keys), 1);
  const slope = tf.div<tfc.Tensor2D>(tf.sub(expected, template), temperature);
  return perSample(tf, throughUnit(tf, raw, slope));
}

/** s Σ (pⱼ − yⱼ) cⱼ / B by the direction, with the softmax p of the logits of CosFace. */
function byMarginSoftmax(
  tf: Tf,
  { raw, batch, centers }: Place,
  { scale, margin }: { readonly scale: number; readonly margin: number },
): tfc.Tensor2D {
  const directions = unitVectors(tf, centers);
  const labels = tf.reshape(matrixOf(batch, 'labels'), [-1]);
  const own = hotRows(tf, labels, centers.shape[0]);
  const cosines = tf.matMul(unitVectors(tf, raw), directions, false, true);
  const logits = tf.mul(tf.sub(cosines, tf.mul(own, margin)), scale);
  const excess = tf.sub<tfc.Tensor2D>(tf.softmax(logits), own);
  const slope = tf.mul<tfc.Tensor2D>(tf.matMul(excess, directions), scale);
  return perSample(tf, throughUnit(tf, raw, slope));
}

function unitNegatives(
  tf: Tf,
  { shape: [count, features] }: tfc.Tensor2D,
  batch: Batch,
): tfc.Tensor {
  return unitVectors(tf, tf.reshape(matrixOf(batch, 'negatives'), [count, -1, features]));
}

/** The loss is a mean over the batch. */
function perSample(tf: Tf, slopes: tfc.Tensor2D): tfc.Tensor2D {
  return tf.div(slopes, slopes.shape[0]);
}
