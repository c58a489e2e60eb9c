import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { createRandom } from '../../../../server/src/base/random.ts';
import { discoverTerms } from '../../../../server/src/discovery/discoverTerms.ts';
import { parseConfig } from '../../../../server/src/syntax/registry.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { strategies } from '../../../../server/src/training/strategies/registry.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import {
  multimodalEmotionCuts,
  multimodalEmotionGroups,
} from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionConfig.ts';
import { classWeightsOf } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionLosses.ts';
import { emotionMetrics } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionMetrics.ts';
import {
  countEmotions,
  createMultimodalEmotionWorld,
  emotions,
  modalities,
} from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionWorld.ts';
import { checkOptions } from '../../../../server/src/training/wrongOptions.ts';
import { smallEmotionConfig } from '../support/multimodalEmotionSetup.ts';

const example = readFileSync(
  new URL('../../../../examples/multimodal-emotion/train.yaml', import.meta.url),
  'utf8',
);

/** What is said of a config with these keys. */
function messageOf(given: Readonly<Record<string, unknown>>): string {
  const checked = checkOptions(multimodalEmotion, { task: 'multimodal-emotion', ...given });
  return checked.ok ? 'nothing' : checked.error.map(({ message }) => message).join(' ');
}

describe('the config of multimodal-emotion', () => {
  it('needs nothing but its name', () => {
    const config = multimodalEmotion.configSchema.parse({ task: 'multimodal-emotion' });
    expect(multimodalEmotion.plan(config)).toMatchObject({
      steps: 400,
      strategy: 'fixed',
      referenceTerm: 'classification',
      terms: ['classification', 'cl', 'encoder', 'gate_reg'],
      weights: [1, 0.2, 0.05, 0.01],
    });
  });

  it('has its losses found by a look at the example, under their own names and at their places', () => {
    const document = parseConfig('train.yaml', example);
    const found = document ? discoverTerms(document) : [];
    expect(found.map(({ name, path, weight }) => [name, path, weight])).toEqual(
      multimodalEmotion.terms.map(({ name, weightPath }, index) => [
        name,
        weightPath,
        [1, 0.2, 0.05, 0.01][index],
      ]),
    );
    expect(found.every(({ confidence }) => confidence > 0.9)).toBe(true);
  });

  it('says in the example what holds where nothing is said', () => {
    const config = multimodalEmotion.configSchema.parse(parse(example));
    const defaults = multimodalEmotion.configSchema.parse({ task: 'multimodal-emotion' });
    expect({
      ...config,
      evaluate_every: defaults.evaluate_every,
      learning_rate_schedule: defaults.learning_rate_schedule,
    }).toEqual(defaults);
    for (const key of Object.keys(defaults)) expect(example).toMatch(new RegExp(`^${key}:`, 'm'));
    for (const key of [...Object.keys(defaults.loss), ...Object.keys(defaults.model)]) {
      expect(example).toMatch(new RegExp(`^  ${key}:`, 'm'));
    }
    const named = ['ema-inverse', 'ema-inverse-seed', 'gradient-inverse', 'gradient-inverse-seed'];
    for (const name of [...named, 'log', 'min-max']) {
      expect(example).toContain(name);
      expect(strategies.map((strategy) => strategy.name)).toContain(name);
    }
  });

  it.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ labels: 'both' }, /labels is "both": it must be one of single, multi/],
    [
      { labels: 'multi', loss: { classification_loss: 'focal' } },
      /loss\.classification_loss is "focal": with labels: multi it must be binary-cross-entropy or sigmoid-focal, not focal/,
    ],
    [
      { loss: { classification_loss: { name: 'focal', alpha: 2 }, class_weights: 'balanced' } },
      /class_weights and the option alpha of focal both weigh the classes/,
    ],
    [
      {
        labels: 'multi',
        loss: { classification_loss: 'sigmoid-focal', class_weights: 'balanced' },
      },
      /sigmoid-focal has no weights of classes; set class_weights: none/,
    ],
    [{ loss: { class_weights: [1, 2] } }, /class_weights/],
    [{ loss: { class_weights: [0, 0, 0, 0, 0, 0] } }, /no class weight is above 0/],
    [
      { loss: { encoder_loss: { name: 'modality-squared-error', weights: [1, 2] } } },
      /there are 2 weights for 3 sizes/,
    ],
    [{ loss: { cl_weight: 1 } }, /loss\.cl_weight is not a key of this task/],
    [{ probe: { cut: 'head' } }, /the cuts of this task are fusion-gate/],
  ])('says what is wrong with %j', (given, message) => {
    expect(messageOf(given)).toMatch(message);
  });

  it('tells benchmarks apart that cost something else', () => {
    const shapes = [
      {},
      { labels: 'multi' },
      { loss: { encoder_loss: 'smooth-l1' } },
      { loss: { class_weights: [1, 2, 3, 4, 5, 6] } },
      { loss: { cl_view: 'noise' } },
    ].map((given) => multimodalEmotion.plan(smallEmotionConfig(given)).shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});

describe('the ready-made experiments of multimodal-emotion', () => {
  const variants = (multimodalEmotion.ablations ?? []).flatMap(({ name, variants: own }) =>
    own.map((variant) => ({ ...variant, name })),
  );

  it('have names and labels of their own, and the grid has all 48 combinations', () => {
    const titles = variants.map(({ name, label }) => `${name}: ${label}`);
    expect(new Set(titles).size).toBe(titles.length);
    const grid = variants.filter(({ name }) => name === 'weight-grid');
    expect(grid).toHaveLength(4 * 3 * 4);
    expect(new Set(grid.map(({ changes }) => JSON.stringify(changes))).size).toBe(48);
  });

  it('change keys that the example has to values that it may have', () => {
    for (const { label, changes } of variants) {
      const config: unknown = parse(example);
      for (const { path, value } of changes) {
        const parent = path.slice(0, -1).reduce<unknown>((node, key) => {
          return Reflect.get(Object(node), key);
        }, config);
        const key = path.at(-1) ?? '';
        expect(Object(parent), label).toHaveProperty(key);
        Reflect.set(Object(parent), key, value);
      }
      expect(multimodalEmotion.configSchema.safeParse(config).success, label).toBe(true);
    }
  });
});

describe('the utterances of multimodal-emotion', () => {
  const kind = { labels: 'single', impairedShare: 0.4 } as const;
  const draw = (labels: 'single' | 'multi') =>
    createMultimodalEmotionWorld().drawUtterances(createRandom(5), 2000, { ...kind, labels });

  it('are the same for the same draws', () => {
    expect(draw('single')).toEqual(draw('single'));
  });

  it('have one emotion each in the shares of the world, or one or two', () => {
    const single = countEmotions(draw('single'));
    expect(single.reduce((sum, count) => sum + count, 0)).toBe(2000);
    for (const [index, { share }] of emotions.entries()) {
      expect((single[index] ?? 0) / 2000).toBeCloseTo(share, 1);
    }
    const { present } = draw('multi');
    const labels = Array.from({ length: 2000 }, (_, row) =>
      present.subarray(row * 6, row * 6 + 6).reduce((sum, value) => sum + value, 0),
    );
    expect(new Set(labels)).toEqual(new Set([1, 2]));
    expect(labels.filter((count) => count === 2).length / 2000).toBeCloseTo(0.4, 1);
  });

  it('have one modality that says nothing where they are impaired, half of these nothing at all', () => {
    const { inputs, impaired } = draw('single');
    const silent = impaired.filter((modality) => modality >= 0);
    expect(silent.length / 2000).toBeCloseTo(0.4, 1);
    const missing = Array.from(impaired).filter((_, row) =>
      modalities.some(({ name, size }) =>
        inputs[name].subarray(row * size, (row + 1) * size).every((value) => value === 0),
      ),
    );
    expect(missing.every((modality) => modality >= 0)).toBe(true);
    expect(missing.length / silent.length).toBeCloseTo(0.5, 1);
  });

  it('weigh their emotions by the inverse of the shares, with a mean of 1', () => {
    const counts = [6, 3, 1];
    expect(classWeightsOf('none', counts, 'single')).toEqual([1, 1, 1]);
    expect(classWeightsOf([1, 2, 3], counts, 'single')).toEqual([1, 2, 3]);
    // N / (C N_c) of scikit-learn.
    const single = classWeightsOf('balanced', counts, 'single');
    for (const [index, weight] of [10 / 18, 10 / 9, 10 / 3].entries()) {
      expect(single[index]).toBeCloseTo(weight, 12);
    }
    const multi = classWeightsOf('balanced', counts, 'multi');
    expect(multi.reduce((sum, weight) => sum + weight, 0) / 3).toBeCloseTo(1, 12);
    expect((multi[2] ?? 0) / (multi[0] ?? 1)).toBeCloseTo(6, 12);
  });
});

describe('an evaluation of multimodal-emotion', () => {
  it('names its figures, like its groups, and leaves no tensor behind', async () => {
    const tf = await cpu.load();
    const before = tf.memory().numTensors;
    const instance = multimodalEmotion.create(tf, smallEmotionConfig(), createRandom(1));
    expect(instance.groups.map(({ name }) => name)).toEqual(multimodalEmotionGroups);
    expect(instance.cuts?.map(({ name }) => name)).toEqual(multimodalEmotionCuts);
    const metrics = await instance.evaluate();
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const names = emotions.map(({ name }) => name);
    expect(Object.keys(metrics).sort()).toEqual(
      [
        ...['acc/val', 'acc/impaired', 'f1/macro', 'recall/afraid'],
        ...names.map((name) => `f1/${name}`),
        ...names.flatMap((from) => names.map((to) => `confusion/${from}~${to}`)),
        ...['gate/audio', 'gate/text', 'gate/visual', 'gate/impaired'],
      ].sort(),
    );
    for (const from of names) {
      const row = names.map((to) => metrics[`confusion/${from}~${to}`] ?? Number.NaN);
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
    const gates = modalities.map(({ name }) => metrics[`gate/${name}`] ?? Number.NaN);
    expect(gates.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  });

  // Three utterances of two labels or one; audio of the second and text of the third say nothing.
  const utterances = {
    count: 3,
    inputs: { audio: new Float32Array(), text: new Float32Array(), visual: new Float32Array() },
    present: Float32Array.from([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    impaired: Int32Array.from([-1, 0, 1]),
  };
  const judgement = {
    logits: [2, -1, -1, -1, -1, 1, 3, 0.5, -1, -1, -1, -1, -2, 1, -1, -1, -1, -1],
    gates: [0.2, 0.3, 0.5, 0.1, 0.4, 0.5, 0.6, 0.2, 0.2],
  };

  it('of several labels asks for all of them, at a threshold of 0.5', () => {
    const metrics = emotionMetrics(utterances, judgement, 'multi');
    expect(metrics['acc/val']).toBeCloseTo(2 / 3, 12);
    expect(metrics['acc/impaired']).toBe(0.5);
    expect(metrics['f1/neutral']).toBe(1);
    expect(metrics['f1/happy']).toBeCloseTo(2 / 3, 12);
    expect(metrics['recall/afraid']).toBe(1);
    // Sad, angry and surprised are neither there nor predicted.
    expect(metrics['f1/macro']).toBeCloseTo((1 + 2 / 3 + 1) / 3, 12);
    expect(metrics['gate/audio']).toBeCloseTo(0.3, 12);
    expect(metrics['gate/impaired']).toBeCloseTo(0.15, 12);
    expect(metrics).not.toHaveProperty('confusion/happy~happy');
  });

  it.each(['single', 'multi'] as const)(
    'of %s labels has no figure of a model that diverged',
    (labels) => {
      const logits = judgement.logits.with(7, Number.NaN);
      const metrics = emotionMetrics(utterances, { ...judgement, logits }, labels);
      expect(Object.keys(metrics)).toEqual(
        Object.keys(emotionMetrics(utterances, judgement, labels)),
      );
      expect(Object.values(metrics).every(Number.isNaN)).toBe(true);
    },
  );

  it('has no figures of impaired utterances where there are none', () => {
    const whole = { ...utterances, impaired: Int32Array.from([-1, -1, -1]) };
    const metrics = emotionMetrics(whole, judgement, 'single');
    expect(metrics).not.toHaveProperty('acc/impaired');
    expect(metrics).not.toHaveProperty('gate/impaired');
  });
});
