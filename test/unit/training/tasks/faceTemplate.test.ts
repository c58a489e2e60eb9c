import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';

import { planReadyAblation } from '../../../../server/src/ablation/readyPlan.ts';
import { createRandom } from '../../../../server/src/base/random.ts';
import { fail, succeed } from '../../../../server/src/base/result.ts';
import { atOnce } from '../../../../server/src/base/turns.ts';
import { discoverTerms } from '../../../../server/src/discovery/discoverTerms.ts';
import { parseConfig } from '../../../../server/src/syntax/registry.ts';
import { toPlainData } from '../../../../server/src/syntax/toPlainData.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { faceTemplate } from '../../../../server/src/training/tasks/faceTemplate/faceTemplate.ts';
import {
  createFaceWorld,
  enrolledPictures,
  type Gallery,
  rowOf,
  thresholdAt,
  trainPersons,
} from '../../../../server/src/training/tasks/faceTemplate/faceWorld.ts';
import { embeddingSize } from '../../../../server/src/training/tasks/faceTemplate/fitEmbedding.ts';
import { noiseLevels } from '../../../../server/src/training/tasks/faceTemplate/noiseLevels.ts';
import { checkOptions } from '../../../../server/src/training/wrongOptions.ts';
import { smallFaceConfig } from '../support/faceTemplateSetup.ts';

const text = readFileSync(
  new URL('../../../../examples/face-template/train.yaml', import.meta.url),
  'utf8',
);

function readExample() {
  const document = parseConfig('train.yaml', text);
  if (!document) throw new Error('YAML can be read');
  return document;
}

describe('the config of face-template', () => {
  it('needs nothing but its name', () => {
    const config = faceTemplate.configSchema.parse({ task: 'face-template' });
    expect(faceTemplate.plan(config)).toMatchObject({
      strategy: 'fixed',
      referenceTerm: 'pixel',
      terms: ['pixel', 'feature'],
      weights: [1, 0.01],
    });
  });

  it('trains with the losses that have a weight, and watches those of weight 0', () => {
    const loss = { pixel_loss_weight: 2, feature_loss_weight: 0, guidance_loss_weight: 0.5 };
    const plan = faceTemplate.plan(smallFaceConfig({ loss }));
    expect(plan).toMatchObject({
      terms: ['pixel', 'feature', 'guidance'],
      weights: [2, 0, 0.5],
    });
  });

  it('has its weights found where the declarations say they stand', () => {
    const document = parseConfig(
      'train.yaml',
      text
        .replace('center_loss_weight: null', 'center_loss_weight: 0.1')
        .replace('guidance_loss_weight: null', 'guidance_loss_weight: 0.2'),
    );
    const found = document ? discoverTerms(document) : [];
    expect(found.map(({ name, path }) => [name, path])).toEqual(
      faceTemplate.terms.map(({ name, weightPath }) => [name, weightPath]),
    );
    expect(discoverTerms(readExample()).map(({ name }) => name)).toEqual(['pixel', 'feature']);
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { loss: { feature: 'triplet' } },
      'loss.feature is "triplet": it must be one of angular-margin, arcface, cosface, cosine-distance, info-nce-negatives, mean-squared-error.',
    ],
    [
      { loss: { feature: { name: 'angular-margin', margin: 3 } } },
      'loss.feature.margin is 3: it must be at most 2.',
    ],
    [
      { loss: { feature: 'arcface', guidance_loss_weight: 0.1 } },
      'loss.guidance_loss_weight is 0.1: the loss guidance is there for angular-margin, cosface, cosine-distance, info-nce-negatives, mean-squared-error, not for arcface; set null, or another form.',
    ],
    [
      { strategy: { name: 'linear', term: 'center' } },
      'strategy is {"name":"linear","term":"center"}: this config does not train the loss center, because loss.center_loss_weight is null.',
    ],
    [
      { sampler: { lowest: 3 } },
      'sampler.lowest is 3: lowest must be below highest: the steps go from strong noise to weak.',
    ],
  ])('refuses %j', (given, message) => {
    const checked = checkOptions(faceTemplate, { task: 'face-template', ...given });
    expect(checked.ok ? [] : checked.error.map((wrong) => wrong.message)).toEqual([message]);
  });

  it.each(faceTemplate.ablations ?? [])('has the experiment $name ready', (ready) => {
    const document = readExample();
    const made = planReadyAblation({
      ...{ document, ready, seeds: [0], configName: 'train.yaml' },
      terms: discoverTerms(document),
      complete({ root }) {
        const checked = checkOptions(faceTemplate, toPlainData(root));
        return checked.ok
          ? succeed({ config: checked.value, steps: faceTemplate.plan(checked.value).steps })
          : fail(checked.error.map(({ message }) => message).join(' '));
      },
    });
    expect(atOnce(made)).toMatchObject({ ok: true });
  });

  it.each(noiseLevels)('draws $name noise levels above 0', ({ options, draw }) => {
    const random = createRandom(1);
    const levels = Array.from({ length: 500 }, () => draw(options.parse({}), random));
    expect(Math.min(...levels)).toBeGreaterThan(0);
    expect(Math.max(...levels)).toBeLessThan(20);
    expect(Math.max(...levels) / Math.min(...levels)).toBeGreaterThan(10);
  });
});

/** Of pairs of enrolled pictures of one person, the share whose cosine is above the threshold. */
function acceptedShare({ persons, templates }: Gallery, threshold: number): number {
  const cosines = persons.flatMap((_, person) => {
    const [first, ...others] = Array.from({ length: enrolledPictures }, (_, index) =>
      rowOf(templates, person * enrolledPictures + index, embeddingSize),
    );
    return others.map((other) =>
      other.reduce((sum, value, index) => sum + value * (first?.[index] ?? Number.NaN), 0),
    );
  });
  return cosines.filter((cosine) => cosine > threshold).length / cosines.length;
}

describe('the faces', () => {
  const world = createFaceWorld();

  it('are always the same, within [0, 1]', () => {
    expect(createFaceWorld().train.raw).toEqual(world.train.raw);
    expect(world.meanPicture.every((value) => value > 0 && value < 1)).toBe(true);
    expect(world.deviation).toBeCloseTo(0.125, 2);
  });

  it('are told apart by both networks, for people that neither was fitted to', () => {
    const own = thresholdAt(world.impostors, 0.01);
    const judge = thresholdAt(world.judgeImpostors, 0.01);
    expect(acceptedShare(world.heldOut, own)).toBeGreaterThan(0.9);
    expect(acceptedShare(world.judged, judge)).toBeGreaterThan(0.8);
    const accepted = world.impostors.filter((cosine) => cosine > own).length;
    expect(accepted / world.impostors.length).toBeCloseTo(0.01, 3);
  });

  it('have templates of length 1', () => {
    for (const row of [0, 17, trainPersons * enrolledPictures - 1]) {
      expect(Math.hypot(...rowOf(world.train.templates, row, embeddingSize))).toBeCloseTo(1, 5);
    }
  });
});

describe('an instance of face-template', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it('draws the same faces whatever the losses are, and negatives of other people only', () => {
    const draw = (loss: Readonly<Record<string, unknown>>, negatives: number) => {
      const instance = faceTemplate.create(
        tf,
        smallFaceConfig({ loss, negatives, batch_size: 40 }),
        createRandom(1),
      );
      const source = createRandom(3, 'data');
      const [, second] = [instance.nextBatch(source), instance.nextBatch(source)];
      instance.dispose();
      return Object.fromEntries(
        Object.entries(second).map(([name, tensor]) => [name, tensor.arraySync() as number[][]]),
      );
    };
    const hinge = draw({ center_loss_weight: 1 }, 64);
    const euclidean = draw({ feature: 'mean-squared-error' }, 2);
    expect(Object.keys(euclidean).sort()).toEqual(
      ['noise', 'noiseLevel', 'picture', 'reference', 'template'].sort(),
    );
    for (const name of ['picture', 'noise', 'noiseLevel', 'template']) {
      expect(hinge[name]).toEqual(euclidean[name]);
    }
    const { templates } = createFaceWorld().train;
    for (const [sample, [label = -1] = []] of (hinge.labels ?? []).entries()) {
      const own = [...rowOf(templates, label, embeddingSize * enrolledPictures)];
      const firsts = new Set(own.filter((_, index) => index % embeddingSize === 0));
      expect(firsts.has(hinge.template?.[sample]?.[0] ?? Number.NaN)).toBe(true);
      const negatives = hinge.negatives?.[sample] ?? [];
      expect(negatives).toHaveLength(64 * embeddingSize);
      const strangers = negatives.filter((_, index) => index % embeddingSize === 0);
      expect(strangers.some((value) => firsts.has(value))).toBe(false);
    }
  });

  it('holds no tensor after it is disposed, and evaluates within its bounds', async () => {
    const before = tf.memory().numTensors;
    const instance = faceTemplate.create(tf, smallFaceConfig(), createRandom(1));
    const held = tf.memory().numTensors;
    const metrics = await instance.evaluate();
    expect(tf.memory().numTensors).toBe(held);
    expect(Object.keys(metrics)).toEqual([
      'psnr',
      'face/psnr_noise0.05',
      'face/psnr_noise0.15',
      'face/psnr_noise0.5',
      'face/psnr_noise1.5',
      'face/cosine',
      'face/verification_rate',
      'face/judge_cosine',
      'face/judge_verification_rate',
    ]);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    expect(metrics['face/cosine']).toBeLessThanOrEqual(1);
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('guides the sampler, and takes a threshold of one’s own', async () => {
    const evaluate = async (given: Readonly<Record<string, unknown>>) => {
      const instance = faceTemplate.create(tf, smallFaceConfig(given), createRandom(1));
      const metrics = await instance.evaluate();
      instance.dispose();
      return metrics;
    };
    const verification = { threshold: -1 };
    const without = await evaluate({ sampler: { steps: 3, guidance_scale: 0 } });
    const guided = await evaluate({ sampler: { steps: 3, guidance_scale: 30 }, verification });
    expect(guided['face/cosine']).toBeGreaterThan((without['face/cosine'] ?? 1) + 0.1);
    expect(guided['face/verification_rate']).toBe(1);
    expect(guided.psnr).toBe(without.psnr);
  });
});
