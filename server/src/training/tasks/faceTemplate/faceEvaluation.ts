import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import { createRandom } from '../../../base/random.ts';
import { cosines } from '../../losses/unitVectors.ts';
import type { Tf } from '../../task.ts';
import { normals } from '../denseMatrix.ts';
import type { FaceDenoiser } from './faceDenoiser.ts';
import { pictureSize, takePicture } from './facePictures.ts';
import type { FaceTemplateConfig } from './faceTemplateConfig.ts';
import { enrolledPictures, type FaceWorld, type Gallery, rowOf, thresholdAt } from './faceWorld.ts';
import { embeddingSize } from './fitEmbedding.ts';
import { createFrozenEmbedding, type FrozenEmbedding } from './frozenEmbedding.ts';
import { sampleFaces } from './guidedSampler.ts';

/** The held-out data is part of the data set, so its seed never changes. */
const heldOutSeed = 4711;
/** Pictures of each held-out person. */
const picturesEach = 4;
/** σ at which held-out pictures are denoised in one step. */
const judgedLevels = [0.05, 0.15, 0.5, 1.5] as const;

interface Trained {
  readonly denoiser: FaceDenoiser;
  /** F, which is its owner's. */
  readonly embedding: FrozenEmbedding;
}

/**
 * What a denoiser does for people that it has not seen: it removes noise from their pictures (PSNR in
 * dB, pictures lie within [0, 1]), and makes pictures from noise and a template, which F and a judge that no
 * loss and no guidance knows compare with templates of the person.
 */
export class FaceEvaluation implements Disposable {
  readonly #tf: Tf;
  readonly #trained: Trained;
  readonly #config: FaceTemplateConfig;
  readonly #center: tfc.Tensor1D;
  readonly #deviation: number;
  readonly #thresholds: { readonly own: number; readonly judge: number };
  readonly #judge: FrozenEmbedding;
  readonly #pictures: tfc.Tensor2D;
  readonly #templates: tfc.Tensor2D;
  readonly #judgeTemplates: tfc.Tensor2D;
  readonly #noise: tfc.Tensor2D;

  constructor(tf: Tf, world: FaceWorld, trained: Trained, config: FaceTemplateConfig) {
    this.#tf = tf;
    this.#trained = trained;
    this.#config = config;
    this.#center = tf.keep(tf.tensor1d(world.meanPicture));
    this.#deviation = world.deviation;
    const { false_accept_rate, threshold } = config.verification;
    this.#thresholds = {
      own: threshold ?? thresholdAt(world.impostors, false_accept_rate),
      judge: thresholdAt(world.judgeImpostors, false_accept_rate),
    };
    this.#judge = createFrozenEmbedding(tf, world.judge);
    const random = createRandom(heldOutSeed, 'held-out faces');
    const { persons } = world.heldOut;
    const count = persons.length * picturesEach;
    const shots = persons.flatMap((code) =>
      Array.from({ length: picturesEach }, () => [...takePicture(code, random)]),
    );
    this.#pictures = tf.keep(tf.tensor2d(shots, [count, pictureSize]));
    this.#noise = tf.keep(tf.tensor2d(normals(random, count * pictureSize), [count, pictureSize]));
    this.#templates = tf.keep(templatesOf(tf, world.heldOut));
    this.#judgeTemplates = tf.keep(templatesOf(tf, world.judged));
  }

  async run(): Promise<Readonly<Record<string, number>>> {
    const tf = this.#tf;
    const packed = tf.tidy(() => tf.concat1d([this.#errors(), ...this.#similarities()]));
    const values = await packed.data<'float32'>();
    packed.dispose();
    const errors = values.subarray(0, judgedLevels.length);
    const rest = values.subarray(judgedLevels.length);
    const [own, judged] = [rest.subarray(0, rest.length / 2), rest.subarray(rest.length / 2)];
    return {
      psnr: decibels(mean(errors)),
      ...Object.fromEntries(
        judgedLevels.map((level, index) => [
          `face/psnr_noise${level}`,
          decibels(errors[index] ?? Number.NaN),
        ]),
      ),
      'face/cosine': mean(own),
      'face/verification_rate': shareAbove(own, this.#thresholds.own),
      'face/judge_cosine': mean(judged),
      'face/judge_verification_rate': shareAbove(judged, this.#thresholds.judge),
    };
  }

  dispose(): void {
    this.#judge.dispose();
    const templates = [this.#templates, this.#judgeTemplates];
    this.#tf.dispose([this.#center, this.#pictures, this.#noise, ...templates]);
  }

  /** Mean squared error of pictures denoised in one step, by level. */
  #errors(): tfc.Tensor1D {
    const tf = this.#tf;
    const errors = judgedLevels.map((level) => {
      const noisy = tf.add<tfc.Tensor2D>(this.#pictures, tf.mul(this.#noise, level));
      const levels = tf.fill<tfc.Rank.R2>([noisy.shape[0], 1], level);
      const denoised = this.#trained.denoiser.apply({
        pictures: noisy,
        levels,
        templates: this.#templates,
      });
      return tf.mean<tfc.Scalar>(tf.squaredDifference(denoised, this.#pictures));
    });
    return tf.stack(errors) as tfc.Tensor1D;
  }

  /** Cosines of sampled pictures with templates of the person: by F, and by the judge. */
  #similarities(): readonly tfc.Tensor1D[] {
    const tf = this.#tf;
    const { steps, highest, lowest, guidance_scale } = this.#config.sampler;
    const sampled = sampleFaces(
      tf,
      {
        ...this.#trained,
        ...{ center: this.#center, deviation: this.#deviation },
        ...{ templates: this.#templates, noise: this.#noise },
      },
      { steps, highest, lowest, guidanceScale: guidance_scale },
    );
    return [
      [this.#trained.embedding, this.#templates] as const,
      [this.#judge, this.#judgeTemplates] as const,
    ].map(
      ([network, templates]) => cosines(tf, network.embed(sampled).raw, templates) as tfc.Tensor1D,
    );
  }
}

/** For each picture of each person the template of one of its enrolled ones. */
function templatesOf(tf: Tf, { persons, templates }: Gallery): tfc.Tensor2D {
  const rows = persons.flatMap((_, person) =>
    Array.from({ length: picturesEach }, (_, index) => [
      ...rowOf(templates, person * enrolledPictures + index, embeddingSize),
    ]),
  );
  return tf.tensor2d(rows, [rows.length, embeddingSize]);
}

function decibels(squaredError: number): number {
  return -10 * Math.log10(squaredError);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** NaN where there is none to compare: a model that diverged verifies nobody. */
function shareAbove(values: Float32Array, threshold: number): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  return values.filter((value) => value > threshold).length / values.length;
}
