import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { stdout } from '../../../server/src/readers/formats/stdout.ts';
import { readGrowing } from '../../support/recordingSink.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The step and the points of one line. */
function read(line: string): readonly unknown[] {
  const { points } = readGrowing(stdout.createReader(), encode(`${line}\n`));
  const step = points[0]?.step;
  expect(points.every((point) => Object.is(point.step, step))).toBe(true);
  return points.length === 0
    ? []
    : [step, Object.fromEntries(points.map((p) => [p.name, p.value]))];
}

function detect(name: string, text: string): ReturnType<typeof detectFormat> {
  return detectFormat(name, encode(text).subarray(0, 4096));
}

describe('loops written by hand', () => {
  test.each([
    ['Epoch: 3 Loss: 0.5 Val Loss: 0.25', 3, { Loss: 0.5, 'Val Loss': 0.25 }],
    ['Epoch 003: | Loss: 0.5 | Acc: 80.5', 3, { Loss: 0.5, Acc: 80.5 }],
    ['Epoch 3/10 - loss: 0.5 - lr: 1e-4', 3, { loss: 0.5, lr: 1e-4 }],
    ['INFO:root:Epoch 3, train_loss=0.5, acc=91.25%', 3, { train_loss: 0.5, acc: 91.25 }],
    ['Iteration 100: loss = 0.5', 100, { loss: 0.5 }],
    ['iter 100/1000, loss 0.25', 100, { loss: 0.25 }],
    ['Epoch: 12, Batch: 100/200, Loss: 0.5', 2300, { Loss: 0.5 }],
    ['[Epoch 1/9] [Batch 3/938] [D loss: 0.5] [G loss: 1]', 941, { 'D loss': 0.5, 'G loss': 1 }],
    ['Train Epoch: 2 [640/60000 (1%)]\tLoss: 2.25', 60640, { Loss: 2.25 }],
    ['Epoch: [0][ 10/50]\tTime  0.5 ( 0.6)\tAcc@1 1.5 ( 2)', 10, { Time: 0.5, 'Acc@1': 1.5 }],
    [
      'Epoch: [2]  [10/50]  eta: 0:50:00  loss: 6.5 (6.9)  max mem: 30',
      110,
      { loss: 6.5, 'max mem': 30 },
    ],
    [
      '| epoch   1 |   200/ 2928 batches | lr 5.00 | loss  8.25 | ppl 3356.5',
      200,
      { lr: 5, loss: 8.25, ppl: 3356.5 },
    ],
    ['global_step 300, epoch 2, loss: 0.5', 300, { loss: 0.5, epoch: 2 }],
    ['Epoch 3 | Train: loss 0.5 | Val: loss 0.75', 3, { loss: 0.5, 'val/loss': 0.75 }],
    ['Test Epoch: 1 Loss: 0.5', 1, { 'test/Loss': 0.5 }],
    ['Epoch 10 - Loss: 0.5 - Time: 0:12:33 - saved: model.pt', 10, { Loss: 0.5 }],
    ['Epoch 3 done. Loss: 0.5', 3, { Loss: 0.5 }],
  ])('tell their steps and metrics: %s', (line, step, metrics) => {
    expect(read(line)).toEqual([step, metrics]);
  });

  test.each([
    'Epoch 3/10',
    'Epoch 3 finished in 12.3s',
    'Epoch 5: val_loss improved from 0.51234 to 0.43210, saving model to weights.h5',
    'Epoch 3: validation loss decreased (0.5 --> 0.4).  Saving model ...',
    'Epoch 1: train loss is 0.5 and val loss is 0.4',
    'Resuming from epoch 3, step 5, loss 0.5',
    'Best epoch: 3, best loss: 0.5',
    'Step 3/10 : RUN pip install torch==2.0',
    'Step 3/10: Installing torch (loss of precision: 3)',
    '* Fixed the step 5: loss was wrong in 2 cases',
    '2024-01-01 10:00:00 server: step=3 took=0.5 status=200 bytes=12',
    'step 2.0.1, loss 3',
    'epoch 2024-01-01 loss: 3',
    'steps: 3, loss: 5',
    'Epoch -3, loss: 5',
  ])('are not: %s', (line) => {
    expect(read(line)).toEqual([]);
  });
});

describe('dictionaries', () => {
  test.each([
    ["{'loss': 1.5, 'step': 7, 'steps': [1, 'a]'], 'n': (1, 2)}", 7, { loss: 1.5 }],
    [
      "INFO - epoch done: {'loss': -inf, 'epoch': 1}",
      Number.NaN,
      { loss: Number.NEGATIVE_INFINITY, epoch: 1 },
    ],
    ['{"loss": 1.5, "note": "a \\" {b}", "iter": 3}', 3, { loss: 1.5 }],
    ["{'a_loss': {'b': {'c': 1}}, 'reward': 2}", Number.NaN, { 'a_loss.b.c': 1, reward: 2 }],
  ])('tell their steps and metrics: %s', (line, step, metrics) => {
    expect(read(line)).toEqual([step, metrics]);
  });

  test.each([
    "{'lr': 0.001, 'batch_size': 32, 'epochs': 10}",
    "{'loss': 'mse', 'optimizer': 'adam', 'lr': 0.1}",
    "config = {'step': 3, 'host': 'a', 'port': 3}",
    '{"level": "info", "step": 5, "duration": 0.3}',
    '{"results": {"fid": 12.5}, "metric": "fid", "seconds": 5.5}',
    "{'loss': 1.5, 'epoch': 2",
    "{'loss': 1.5, 'epoch': 2}, and so on",
    "{'loss': 1.5 'epoch': 2}",
    "{'loss': 0x1f, 'epoch': 2}",
    '{}',
  ])('are not: %s', (line) => {
    expect(read(line)).toEqual([]);
  });

  test('nested deeply are left alone', () => {
    const deep = `${"{'loss': ".repeat(5000)}1${'}'.repeat(5000)}`;
    expect(read(deep)).toEqual([]);
    expect(read(`{'loss': ${'['.repeat(5000)}`)).toEqual([]);
  });
});

describe("Keras' lines", () => {
  test.each([
    '120/1875 [>.............................] - ETA: 5s - loss: 0.29 - accuracy: 0.91',
    '1875/1875 [==============================] - ETA: 0s - loss: 0.29',
    '1875/1875 ━━━━━━━━━━ 0s 3ms/step - loss: 0.29',
    '313/313 [==============================] - 1s 2ms/step',
    '01/01 10:00:00 - mmengine - INFO - loss: 3',
    '3/3 - 5 of them - loss: 2 of 4',
  ])('are read at the end of an epoch alone, not: %s', (line) => {
    expect(read(line)).toEqual([]);
  });

  test('with figures of validation are the last of their epoch', () => {
    const line = '18/18 ━━━━━━━━━━ 0s 3ms/step - loss: 0.5 - val_loss: 0.25';
    expect(read(line)).toEqual([Number.NaN, { loss: 0.5, val_loss: 0.25 }]);
  });
});

describe('lines that any program could print', () => {
  test('tell a file where they recur with other numbers', () => {
    const line = (epoch: number) => `Epoch ${epoch}/9, loss: ${1 / epoch}\n`;
    for (const name of ['run', 'notes.txt', 'train.log']) {
      expect(detect(name, line(1) + line(2))).toBe(stdout);
      expect(detect(name, line(1))).not.toBe(stdout);
      expect(detect(name, line(1) + line(1))).not.toBe(stdout);
    }
    expect(detect('readme.md', line(1) + line(2))).toBeUndefined();
    expect(detect('train.py', line(1) + line(2))).toBeUndefined();
  });

  test('tell a file that begins with a dictionary of Python', () => {
    expect(detect('train.log', "{'loss': 2, 'epoch': 1}\n{'loss': 1, 'epoch': 2}\n")).toBe(stdout);
  });
});
