import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { byName } from '../../../server/src/training/byName.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import { type LossUse, prepareLoss } from '../../../server/src/training/prepareLoss.ts';
import type { Tf } from '../../../server/src/training/task.ts';

const classes = { logits: [8, 3], labels: [8] };
const pair = { prediction: [8, 4], target: [8, 4] };

/** What cannot be made ready, and what is said of it. */
const refused: readonly (readonly [name: string, use: LossUse, message: string])[] = [
  [
    'cross-entropy',
    { shapes: { logits: [8, 3], labels: [8, 1] } },
    'The loss cross-entropy takes labels of shape [batch], not [8, 1].',
  ],
  [
    'cross-entropy',
    { shapes: { logits: [8, 3], labels: [7] } },
    'The loss cross-entropy takes inputs that agree in batch, which is [8] in logits and [7] in labels of shape [7].',
  ],
  [
    'cross-entropy',
    { shapes: { logits: [8, 3] } },
    'The loss cross-entropy needs the input labels of shape [batch].',
  ],
  [
    'mean-squared-error',
    { shapes: { ...pair, weights: [4] } },
    'The loss mean-squared-error has no input weights; it has prediction, target.',
  ],
  [
    'mean-squared-error',
    { shapes: { prediction: [8], target: [8, 1] } },
    'The loss mean-squared-error takes inputs that agree in ..., which is [] in prediction and [1] in target of shape [8, 1].',
  ],
  [
    'mean-squared-error',
    { shapes: { prediction: [0, 4], target: [0, 4] } },
    'The loss mean-squared-error takes prediction of shape [batch, ...], not [0, 4].',
  ],
  [
    'velocity',
    { shapes: { ...pair, time: [8, 4] } },
    'The loss velocity takes time of shape [batch, 1], not [8, 4].',
  ],
  [
    'cross-entropy',
    { shapes: classes, options: { class_weights: [1, 2] } },
    'The loss cross-entropy: class_weights has 2 numbers for 3 classes.',
  ],
  [
    'modality-squared-error',
    { shapes: pair, options: { sizes: [1, 2] } },
    'The loss modality-squared-error: sizes add up to 3, but the features are 4 wide.',
  ],
  [
    'modality-squared-error',
    { shapes: pair, options: { sizes: [1, 3], weights: [] } },
    'The loss modality-squared-error: there are 0 weights for 2 sizes.',
  ],
  [
    'modality-squared-error',
    { shapes: pair, options: { sizes: [1, 3], weights: [0, 0] } },
    'The loss modality-squared-error: no weight is above 0.',
  ],
  [
    'dino',
    { shapes: { student: [1, 8, 4], teacher: [1, 8, 4], center: [4] } },
    'The loss dino: with one view on either side and same_view skip there is no pair.',
  ],
];

describe('making a loss ready', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it.each(refused)('says why %s cannot be', (name, use, message) => {
    const before = tf.memory().numTensors;
    expect(prepareLoss(tf, byName(losses, name), use)).toEqual({ ok: false, error: message });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the option that is wrong', () => {
    const loss = byName(losses, 'smooth-l1');
    const prepared = prepareLoss(tf, loss, { shapes: pair, options: { beta: -1, alpha: 1 } });
    expect(prepared).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Options of the loss smooth-l1: beta: .*; .*alpha/),
    });
  });

  it('takes a batch of another size, and throws at other changes of shape', () => {
    const prepared = prepareLoss(tf, byName(losses, 'cross-entropy'), { shapes: classes });
    if (!prepared.ok) throw new Error(prepared.error);
    const { value: loss } = prepared;
    tf.tidy(() => {
      const of = (batch: number, width: number, rows: number) =>
        loss.compute({ logits: tf.zeros([batch, width]), labels: tf.zeros([rows]) }).dataSync()[0];
      expect(of(2, 3, 2)).toBeCloseTo(Math.log(3), 5);
      expect(() => of(2, 4, 2)).toThrow(
        'The loss cross-entropy was made for classes [3], not [4].',
      );
      expect(() => of(2, 3, 1)).toThrow('takes inputs that agree in batch');
    });
    loss.dispose();
  });
});
