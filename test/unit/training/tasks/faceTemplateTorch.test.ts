import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { matrixOf } from '../../../../server/src/training/batchFields.ts';
import { lossChoices } from '../../../../server/src/training/lossOptions.ts';
import { completeOptions } from '../../../../server/src/training/namedOptions.ts';
import type { Batch, Tf } from '../../../../server/src/training/task.ts';
import {
  createFaceDenoiser,
  type FaceDenoiser,
} from '../../../../server/src/training/tasks/faceTemplate/faceDenoiser.ts';
import {
  createFaceLosses,
  type FaceTerm,
  faceTerms,
  featureLossNames,
} from '../../../../server/src/training/tasks/faceTemplate/faceLosses.ts';
import type { EmbeddingWeights } from '../../../../server/src/training/tasks/faceTemplate/fitEmbedding.ts';
import {
  createFrozenEmbedding,
  type FrozenEmbedding,
} from '../../../../server/src/training/tasks/faceTemplate/frozenEmbedding.ts';
import {
  sampleFaces,
  samplerLevels,
} from '../../../../server/src/training/tasks/faceTemplate/guidedSampler.ts';
import golden from '../../../fixtures/tasks/face-template/torch.golden.json' with { type: 'json' };

const features = golden.embedding.secondBias.length;

type Rows = readonly (readonly number[])[];

function dense(rows: Rows) {
  const columns = rows[0]?.length ?? 0;
  return { rows: rows.length, columns, values: Float32Array.from(rows.flat()) };
}

const weights: EmbeddingWeights = {
  first: dense(golden.embedding.first),
  firstBias: Float32Array.from(golden.embedding.firstBias),
  second: dense(golden.embedding.second),
  secondBias: Float32Array.from(golden.embedding.secondBias),
};

/** Close in comparison with the largest of them. */
function expectClose(found: ArrayLike<number>, wanted: readonly number[], digits = 4): void {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(1e-3, ...wanted.map(Math.abs));
  for (const [index, value] of wanted.entries()) {
    expect((found[index] ?? Number.NaN) / scale).toBeCloseTo(value / scale, digits);
  }
}

function flat(values: unknown): readonly number[] {
  return Array.isArray(values) ? values.flatMap(flat) : [Number(values)];
}

describe('face-template, compared with torch', () => {
  let tf: Tf;
  let denoiser: FaceDenoiser;
  let embedding: FrozenEmbedding;
  let batch: Batch;
  let before: number;

  beforeAll(async () => {
    tf = await cpu.load();
  });
  beforeEach(() => {
    before = tf.memory().numTensors;
    embedding = createFrozenEmbedding(tf, weights);
    const center = Float32Array.from(golden.center);
    const { deviation } = golden;
    const width = flat(golden.network[1]).length;
    const setup = { center, deviation, templateSize: features, width };
    denoiser = createFaceDenoiser(tf, setup, createRandom(1));
    for (const [index, variable] of parameters().entries()) {
      const values = Float32Array.from(flat(golden.network[index]));
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    batch = Object.fromEntries(
      Object.entries(golden.batch).map(([name, values]) => {
        const all = flat(values);
        const shape: [number, number] = [values.length, all.length / values.length];
        return [name, tf.tensor2d(Float32Array.from(all), shape)];
      }),
    );
  });
  afterEach(() => {
    tf.dispose(Object.values(batch));
    denoiser.dispose();
    embedding.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  function parameters(): readonly tfc.Variable[] {
    return [...denoiser.trunk, ...denoiser.head];
  }

  function denoise(): tfc.Tensor2D {
    const levels = matrixOf(batch, 'noiseLevel');
    const noise = tf.mul<tfc.Tensor2D>(levels, matrixOf(batch, 'noise'));
    const pictures = tf.add<tfc.Tensor2D>(matrixOf(batch, 'picture'), noise);
    return denoiser.apply({ pictures, levels, templates: matrixOf(batch, 'template') });
  }

  it('denoises and embeds', () => {
    tf.tidy(() => {
      expectClose(denoise().dataSync(), golden.denoised.flat(), 5);
      const embedded = embedding.embed(tf.tensor2d(golden.noisy));
      expectClose(embedded.raw.dataSync(), golden.embedded.flat(), 5);
      const climb = embedding.similarityGradient(embedded, matrixOf(batch, 'template'));
      expectClose(climb.dataSync(), golden.similarityGradient.flat());
    });
  });

  it('knows every form of the feature loss', () => {
    const names = new Set(golden.forms.map(({ feature }) => feature.name));
    expect([...names].sort()).toEqual(featureLossNames);
  });

  const cases = golden.forms.flatMap(({ feature, losses }) =>
    faceTerms.flatMap((term) => {
      const wanted = losses[term];
      return wanted === undefined ? [] : [{ ...feature, term, wanted }];
    }),
  );

  it.each(cases)('computes $term with $name $options, and its gradients', (given) => {
    const { name, options, term, wanted } = given;
    const feature = completeOptions(lossChoices(featureLossNames), { ...options, name });
    const computed = differentiate(term, feature);
    expect(computed.value).toBeCloseTo(wanted.value, 4);
    // 1 − cos of two equal directions is rounding, and so is its gradient.
    if (name === 'cosine-distance' && term === 'guidance') {
      expect(computed.gradients.flat().every((slope) => Math.abs(slope) < 1e-5)).toBe(true);
      return;
    }
    for (const [index, slopes] of computed.gradients.entries()) {
      expectClose(slopes, flat(wanted.gradients[index]), 3);
    }
  });

  function differentiate(term: FaceTerm, feature: ReturnType<typeof completeOptions>) {
    const centers = Float32Array.from(golden.centers.flat());
    const sizes = { embedding: features, negatives: 2, persons: golden.centers.length };
    const setup = { feature, sizes, terms: [term], embedding, centers };
    const losses = createFaceLosses(tf, setup);
    const result = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => {
        const loss = losses.compute(denoise(), batch)[term];
        return loss ?? tf.scalar(Number.NaN);
      }, [...parameters()]);
      const gradients = parameters().map((variable) => [
        ...(grads[variable.name]?.dataSync() ?? []),
      ]);
      return { value: value.dataSync()[0] ?? Number.NaN, gradients };
    });
    losses.dispose();
    return result;
  }

  // Without torch: the slope of the loss itself along its own gradient is the length of that.
  it('differentiates guidance consistency as central differences do', () => {
    const feature = { name: 'info-nce-negatives', options: { temperature: 0.5 } };
    const place = 4;
    const variable = parameters()[place];
    if (!variable) throw new Error('the head has weights');
    const gradient = differentiate('guidance', feature).gradients[place] ?? [];
    const length = Math.hypot(...gradient);
    const start = flat(variable.arraySync());
    const valueAt = (distance: number): number => {
      const moved = start.map((value, at) => value + (distance * (gradient[at] ?? 0)) / length);
      tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(moved), variable.shape)));
      return differentiate('guidance', feature).value;
    };
    expect((valueAt(0.05) - valueAt(-0.05)) / 0.1 / length).toBeCloseTo(1, 2);
  });

  it('samples with guidance', () => {
    const { sampler, deviation } = golden;
    tf.tidy(() => {
      const [templates, noise] = [matrixOf(batch, 'template'), matrixOf(batch, 'noise')];
      const center = tf.tensor1d(golden.center);
      const parts = { denoiser, embedding, center, deviation, templates, noise };
      expectClose(sampleFaces(tf, parts, sampler).dataSync(), golden.sampled.flat(), 4);
      const unguided = sampleFaces(tf, parts, { ...sampler, guidanceScale: 0 });
      const cosine = (pictures: tfc.Tensor2D) => {
        const { raw } = embedding.embed(pictures);
        const inner = tf.sum(tf.mul(raw, templates), 1);
        return tf.mean(tf.div(inner, tf.norm(raw, 'euclidean', 1))).dataSync()[0] ?? Number.NaN;
      };
      const guided = cosine(tf.tensor2d(golden.sampled));
      expect(guided).toBeGreaterThan(cosine(unguided));
    });
  });

  it('goes from the highest noise to the lowest', () => {
    const levels = samplerLevels({ ...golden.sampler, steps: 5 });
    expect(levels[0]).toBeCloseTo(2, 10);
    expect(levels.at(-1)).toBeCloseTo(0.05, 10);
    expect(levels.toSorted((first, second) => second - first)).toEqual(levels);
    expect(samplerLevels({ ...golden.sampler, steps: 1 })).toHaveLength(1);
  });
});
