import { beforeAll, describe, expect, it } from 'vitest';

import { compiledCpu } from '../../../../server/src/training/backends/compiledCpu.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { batchSize, halveBatch } from '../../../../server/src/training/inspection/halveBatch.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { smallPlan } from '../support/smallTask.ts';
import { type RunOptions, runTask, type WrittenTask } from './support/runTask.ts';

/** TensorFlow.js takes its time to load where all tests do so at once. */
const loadTimeout = 60_000;

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
}, loadTimeout);

/** Losses that are linear in the parameters, so that their gradients hang on the data alone. */
function linear(seen: (step: number, rows: readonly (readonly number[])[]) => void): WrittenTask {
  return {
    terms: ['mean', 'tilted', 'apart'],
    corrupt(own, batch, step) {
      // Far from 0, so that the halves agree on more than they differ in.
      const x = own.add(batch.x ?? 0, 3);
      batch.x?.dispose();
      const values = [...x.dataSync()];
      seen(
        step,
        [0, 1, 2, 3].map((row) => values.slice(2 * row, 2 * row + 2)),
      );
      return { x };
    },
    losses(own, layer, { x }) {
      const inputs = x ?? own.zeros([4, 2]);
      const outputs = layer.apply(inputs);
      const first = own.slice(inputs, [0, 0], [inputs.shape[0] ?? 0, 1]);
      return {
        mean: own.mean(outputs),
        tilted: own.mean(own.mul(outputs, first)),
        apart: own.mean(own.square(inputs)),
      };
    },
  };
}

/** The gradients of `mean` and `tilted` by the weights [2, 3] and the bias [3], over some rows. */
function gradientsOf(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const average = (of: (row: readonly number[]) => number): number =>
    rows.reduce((sum, row) => sum + of(row) / rows.length, 0);
  const gradient = (factor: (row: readonly number[]) => number): readonly number[] => {
    const parts = [0, 1].map((index) => average((row) => factor(row) * (row[index] ?? 0)) / 3);
    const [first = 0, second = 0] = parts;
    const bias = average(factor) / 3;
    return [first, first, first, second, second, second, bias, bias, bias];
  };
  return [gradient(() => 1), gradient(([first]) => first ?? 0)];
}

function dot(first: readonly number[] = [], second: readonly number[] = []): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0);
}

/** The figures of both losses by the formulas, for a batch in which they are all defined. */
function expectedFigures(rows: readonly (readonly number[])[]): Readonly<Record<string, number>> {
  const [a, b] = [gradientsOf(rows.slice(0, 2)), gradientsOf(rows.slice(2))];
  const agreed = (index: number): number => dot(a[index], b[index]);
  const theta = (index: number): number => {
    const own = dot(a[index], a[index]) + dot(b[index], b[index]);
    return Math.sqrt((own - 2 * agreed(index)) / (own + 2 * agreed(index)));
  };
  const across = (dot(a[0], b[1]) + dot(a[1], b[0])) / 2;
  const cosine = across / Math.sqrt(agreed(0) * agreed(1));
  return {
    'grad_unbiased/mean': Math.sqrt(agreed(0)),
    'norm_test/mean': theta(0),
    'cos_halves/mean~tilted': Math.max(-1, Math.min(1, cosine)),
    'grad_unbiased/tilted': Math.sqrt(agreed(1)),
    'norm_test/tilted': theta(1),
  };
}

const engines: readonly (readonly [string, RunOptions])[] = [
  ['eager', { backend: cpu }],
  ['compiled', { backend: compiledCpu }],
];

describe('the halves of a batch', () => {
  it('are taken of the tensors that have the samples’ axis', () => {
    tf.tidy(() => {
      const batch = {
        x: tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]),
        label: tf.tensor1d([0, 1, 2, 3, 4]),
        table: tf.zeros([7, 2]),
        factor: tf.scalar(3),
      };
      expect(batchSize(batch)).toBe(5);
      const halves = halveBatch(tf, batch) ?? [];
      expect(halves.map(({ x }) => x?.arraySync())).toEqual([
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ]);
      expect(halves.map(({ label }) => label?.arraySync())).toEqual([
        [0, 1],
        [2, 3],
      ]);
      for (const half of halves) {
        expect(half.table).toBe(batch.table);
        expect(half.factor).toBe(batch.factor);
      }
      expect(halveBatch(tf, { x: tf.zeros([1, 3]) })).toBeUndefined();
      expect(halveBatch(tf, { factor: batch.factor })).toBeUndefined();
      expect(batchSize({ a: tf.zeros([2]), b: tf.zeros([32, 8]) })).toBe(32);
    });
  });

  it.each(engines)('give figures of the gradients of each, trained %s', async (_, options) => {
    const seen = new Map<number, readonly (readonly number[])[]>();
    const task = linear((step, rows) => seen.set(step, rows));
    const { lines, leaked, notices } = await runTask(task, {
      ...options,
      plan: { halvesEvery: 3, weights: [1, 1, 0] },
    });
    const names = (index: number) =>
      Object.keys(lines[index] ?? {}).filter((name) => /halves|unbiased|norm_test/.test(name));
    expect(names(0)).toEqual([]);
    expect(names(1)).toEqual([]);
    expect(leaked).toBe(0);
    expect(notices).toHaveLength(1);
    for (const step of [3, 6]) {
      const line = lines[step - 1] ?? {};
      const expected = expectedFigures(seen.get(step) ?? []);
      // Of the loss apart there is nothing: without a path it has no gradient to be noisy.
      expect(names(step - 1)).toEqual(Object.keys(expected));
      for (const [name, value] of Object.entries(expected))
        expect(line[name]).toBeCloseTo(value, 4);
    }
  });

  it('that a task cannot take are told of once, and the run goes on', async () => {
    const task: WrittenTask = {
      terms: ['only'],
      losses(own, layer, { x }) {
        if (x?.shape[0] !== 4) throw new Error('This task is made for 4 samples.');
        return { only: own.mean(own.square(layer.apply(x))) };
      },
    };
    const { lines, notices, leaked } = await runTask(task, { plan: { halvesEvery: 2 } });
    expect(lines).toHaveLength(6);
    expect(leaked).toBe(0);
    expect(notices).toEqual([
      {
        text: 'There are no figures of the halves of a batch: This task is made for 4 samples.',
        step: 2,
      },
    ]);
  });

  // Rule R26: the observer changes nothing.
  it.each(engines)(
    'and the statistics leave the run bit by bit as it is, %s',
    async (_, options) => {
      const task: WrittenTask = {
        terms: ['near', 'far'],
        losses(own, layer, { x }) {
          const outputs = own.relu(layer.apply(x ?? own.zeros([4, 2])));
          return {
            near: own.mean(own.square(own.sub(outputs, 1))),
            far: own.mean(own.abs(own.add(outputs, 2))),
          };
        },
      };
      const optimizer = { ...smallPlan.optimizer, name: 'adam', learningRate: 0.01 };
      const plan = { steps: 24, optimizer };
      const inspected = { ...plan, halvesEvery: 1, statisticsEvery: 1 };
      const [watched, plain] = [
        await runTask(task, { ...options, plan: inspected }),
        await runTask(task, { ...options, plan }),
      ];
      for (const name of ['loss/near', 'loss/far', 'grad/near', 'cos/near~far']) {
        expect(watched.lines.map((line) => line[name])).toEqual(
          plain.lines.map((line) => line[name]),
        );
      }
      expect(watched.lines[0]).toHaveProperty('norm_test/near');
      expect(watched.lines[0]).toHaveProperty('activation/trunk.0/rms');
      expect(new Set([...watched.tensors, ...plain.tensors]).size).toBe(1);
      expect([watched.leaked, plain.leaked]).toEqual([0, 0]);
    },
  );
});
