import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import { invariant } from '../../../base/invariant.ts';
import { matrixOf } from '../../batchFields.ts';
import { byName } from '../../byName.ts';
import type { LossFunction } from '../../loss.ts';
import { centerLoss } from '../../losses/centerLoss.ts';
import { guidanceConsistency } from '../../losses/guidanceConsistency.ts';
import { meanSquaredError } from '../../losses/meanSquaredError.ts';
import { losses } from '../../losses/registry.ts';
import type { LossLayout } from '../../lossOptions.ts';
import type { NamedOptions } from '../../namedOptions.ts';
import { prepareChosenLoss } from '../../prepareChosenLoss.ts';
import type { Batch, Tf } from '../../task.ts';
import { featureGradient } from './featureGradients.ts';
import type { Embedded, FrozenEmbedding } from './frozenEmbedding.ts';

/** Forms of the feature loss that a config may choose. */
export const featureLossNames: readonly string[] = [
  'angular-margin',
  'arcface',
  'cosface',
  'cosine-distance',
  'info-nce-negatives',
  'mean-squared-error',
];

/** All losses, in the order of their weights in the plan. */
export const faceTerms = ['pixel', 'feature', 'center', 'guidance'] as const;
export type FaceTerm = (typeof faceTerms)[number];

export interface FeatureSizes {
  readonly embedding: number;
  readonly negatives: number;
  readonly persons: number;
}

/** What a feature loss may compare; `prediction` and `target` are embeddings as F gives them. */
export function featureLayouts({
  embedding,
  negatives,
  persons,
}: FeatureSizes): readonly LossLayout[] {
  return [
    {
      features: [1, embedding],
      template: [1, embedding],
      positive: [1, embedding],
      negatives: [1, negatives, embedding],
      centers: [persons, embedding],
      labels: [1],
      prediction: [1, embedding],
      target: [1, embedding],
    },
  ];
}

/** Fields of a batch that the losses of a config look at, beside those that the denoiser needs. */
export function neededFields(
  feature: NamedOptions,
  terms: readonly FaceTerm[],
): ReadonlySet<string> {
  const { inputs } = byName(losses, feature.name);
  const needs = new Set<string>();
  if ('target' in inputs) needs.add('reference');
  if ('negatives' in inputs) needs.add('negatives');
  if ('labels' in inputs || terms.includes('center')) needs.add('labels');
  return needs;
}

export interface FaceLossSetup {
  readonly feature: NamedOptions;
  readonly sizes: FeatureSizes;
  /** Those that are computed, in the order of `faceTerms`. */
  readonly terms: readonly FaceTerm[];
  readonly embedding: FrozenEmbedding;
  /** The mean template of each training person, [persons, embedding], row by row. */
  readonly centers: Float32Array;
}

export interface FaceLosses extends Disposable {
  /** The losses of denoised pictures [batch, pixels], by name. */
  compute(denoised: tfc.Tensor2D, batch: Batch): Readonly<Record<string, tfc.Scalar>>;
}

export function createFaceLosses(tf: Tf, setup: FaceLossSetup): FaceLosses {
  const { sizes, terms, embedding } = setup;
  const pixel = meanSquaredError.create(tf, {}, {});
  const feature = prepareChosenLoss(tf, setup.feature, featureLayouts(sizes));
  const center = centerLoss.create(tf, { length: 'unit' }, { classes: sizes.persons });
  const guidance = guidanceConsistency.create(tf, {}, {});
  const gradient = terms.includes('guidance') ? featureGradient(tf, setup.feature) : undefined;
  const centers = tf.keep(tf.tensor2d(setup.centers, [sizes.persons, sizes.embedding]));
  return {
    compute(denoised, batch) {
      const embedded = embedding.embed(denoised);
      const byTerm: Readonly<Record<FaceTerm, () => tfc.Scalar>> = {
        pixel: () => pixel.compute({ prediction: denoised, target: matrixOf(batch, 'picture') }),
        feature: () => feature.compute(featureInputs(batch, embedded.raw, centers)),
        center: () => {
          const labels = tf.reshape(matrixOf(batch, 'labels'), [-1]);
          return center.compute({ features: embedded.raw, centers, labels });
        },
        guidance: () => {
          invariant(gradient, 'guidance comes with a form whose gradient is written out');
          const slope = gradient({ raw: embedded.raw, batch, centers });
          return guidance.compute(directions({ embedding, embedded, slope, batch }));
        },
      };
      return Object.fromEntries(terms.map((term) => [term, byTerm[term]()]));
    },
    dispose() {
      for (const each of [pixel, feature, center, guidance, centers]) each.dispose();
    },
  };
}

/** Everything that a feature loss may be given, of which it takes what it has inputs for. */
function featureInputs(
  batch: Batch,
  raw: tfc.Tensor,
  centers: tfc.Tensor2D,
): Parameters<LossFunction['compute']>[0] {
  const { template, negatives, labels, reference } = batch;
  return {
    ...{ features: raw, prediction: raw, centers },
    ...(template ? { template, positive: template } : {}),
    ...(negatives ? { negatives } : {}),
    ...(labels ? { labels } : {}),
    ...(reference ? { target: reference } : {}),
  };
}

interface GuidanceParts {
  readonly embedding: FrozenEmbedding;
  readonly embedded: Embedded;
  /** ∂L/∂e of the feature loss. */
  readonly slope: tfc.Tensor2D;
  readonly batch: Batch;
}

/** The gradients of the feature loss and of the similarity by the denoised pictures. */
function directions({ embedding, embedded, slope, batch }: GuidanceParts) {
  return {
    lossGradient: embedding.pullBack(embedded, slope),
    similarityGradient: embedding.similarityGradient(embedded, matrixOf(batch, 'template')),
  };
}
