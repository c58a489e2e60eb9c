import type * as tfc from '@tensorflow/tfjs-core';

import type { Random } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import { matrixOf } from '../../batchFields.ts';
import type { Batch, ParameterGroup, Task, TaskInstance, Tf } from '../../task.ts';
import { faceAblations } from './faceAblations.ts';
import { type BatchSetup, drawFaceBatch } from './faceBatch.ts';
import { createFaceDenoiser, type FaceDenoiser } from './faceDenoiser.ts';
import { FaceEvaluation } from './faceEvaluation.ts';
import { createFaceLosses, type FaceLosses, neededFields } from './faceLosses.ts';
import {
  type FaceTemplateConfig,
  faceChoices,
  faceCuts,
  faceGroups,
  faceTemplateConfigSchema,
  faceTermDeclarations,
  planFaceTemplate,
  termsOf,
} from './faceTemplateConfig.ts';
import { createFaceWorld, type FaceWorld, trainPersons } from './faceWorld.ts';
import { embeddingSize } from './fitEmbedding.ts';
import { createFrozenEmbedding, type FrozenEmbedding } from './frozenEmbedding.ts';

/**
 * Faces from templates (seed 002). A frozen network F gives the template t = F(x′)/|F(x′)| of an
 * enrolled picture x′; the denoiser x̂ = f_θ(x₀ + σ ε, t, σ) learns to restore another picture x₀ of
 * the same person, judged by its pixels and by what F makes of it. All losses reach all parameters.
 * For held-out people pictures are made from noise and the template alone, guided by ∇cos(F(x̂), t).
 */
export const faceTemplate: Task<FaceTemplateConfig> = {
  name: 'face-template',
  description:
    'Denoising of generated faces under a pixel loss and a feature loss of a frozen recognition network.',
  configSchema: faceTemplateConfigSchema,
  terms: faceTermDeclarations,
  choices: faceChoices,
  ablations: faceAblations,
  sharedGroup: 'trunk',
  aliases: {
    pixel_loss: metricName.loss('pixel'),
    feature_loss: metricName.loss('feature'),
    center_loss: metricName.loss('center'),
    guidance_loss: metricName.loss('guidance'),
    total_loss: metricName.totalLoss,
  },
  plan: planFaceTemplate,
  create: (tf, config, random) => new FaceTemplate(tf, config, random),
};

class FaceTemplate implements TaskInstance {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly #tf: Tf;
  readonly #batches: BatchSetup;
  readonly #embedding: FrozenEmbedding;
  readonly #denoiser: FaceDenoiser;
  readonly #losses: FaceLosses;
  readonly #evaluation: FaceEvaluation;

  constructor(tf: Tf, config: FaceTemplateConfig, random: Random) {
    this.#tf = tf;
    const world = createFaceWorld();
    this.#embedding = createFrozenEmbedding(tf, world.embedding);
    this.#denoiser = createDenoiser(tf, config, world, random);
    const [trunk, head] = faceGroups;
    this.groups = [
      { name: trunk, variables: this.#denoiser.trunk },
      { name: head, variables: this.#denoiser.head },
    ];
    const [lastLayer] = faceCuts;
    this.cuts = [{ name: lastLayer, variables: this.#denoiser.head }];
    const { feature } = config.loss;
    const terms = termsOf(config.loss);
    const { negatives } = config;
    this.#losses = createFaceLosses(tf, {
      sizes: { embedding: embeddingSize, negatives, persons: trainPersons },
      ...{ feature, terms, embedding: this.#embedding, centers: world.train.centers },
    });
    this.#batches = {
      gallery: world.train,
      size: config.batch_size,
      negatives,
      noiseLevels: config.noise_levels,
      fields: neededFields(feature, terms),
    };
    const parts = { denoiser: this.#denoiser, embedding: this.#embedding };
    this.#evaluation = new FaceEvaluation(tf, world, parts, config);
  }

  nextBatch(random: Random): Batch {
    return drawFaceBatch(this.#tf, this.#batches, random);
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const tf = this.#tf;
    const levels = matrixOf(batch, 'noiseLevel');
    const noise = tf.mul<tfc.Tensor2D>(levels, matrixOf(batch, 'noise'));
    const pictures = tf.add<tfc.Tensor2D>(matrixOf(batch, 'picture'), noise);
    const templates = matrixOf(batch, 'template');
    return this.#losses.compute(this.#denoiser.apply({ pictures, levels, templates }), batch);
  }

  evaluate(): Promise<Readonly<Record<string, number>>> {
    return this.#evaluation.run();
  }

  dispose(): void {
    this.#evaluation.dispose();
    this.#losses.dispose();
    this.#denoiser.dispose();
    this.#embedding.dispose();
  }
}

function createDenoiser(
  tf: Tf,
  { model }: FaceTemplateConfig,
  { meanPicture, deviation }: FaceWorld,
  random: Random,
): FaceDenoiser {
  const { width } = model;
  const setup = { center: meanPicture, deviation, templateSize: embeddingSize, width };
  return createFaceDenoiser(tf, setup, random);
}
