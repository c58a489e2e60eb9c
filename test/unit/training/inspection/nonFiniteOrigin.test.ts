import type * as tfc from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { compiledCpu } from '../../../../server/src/training/backends/compiledCpu.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../../server/src/training/backends/wasm.ts';
import { detach } from '../../../../server/src/training/detach.ts';
import type { OptimizerPlan } from '../../../../server/src/training/optimizerPlan.ts';
import type { Batch, Tf } from '../../../../server/src/training/task.ts';
import { smallPlan } from '../support/smallTask.ts';
import { type RunOptions, runTask, type WrittenRun, type WrittenTask } from './support/runTask.ts';

const adam: OptimizerPlan = { ...smallPlan.optimizer, name: 'adam', learningRate: 0.01 };
const here = /nonFiniteOrigin\.test\.ts:\d+/;

/** From this step on, counted from 1, a batch has the scalar 1, before it 0. */
function from(first: number) {
  return (tf: Tf, batch: Batch, step: number): Batch => ({
    ...batch,
    late: tf.scalar(step >= first ? 1 : 0),
  });
}

function fieldOf(batch: Batch, name: string): tfc.Tensor {
  const tensor = batch[name];
  if (!tensor) throw new Error(`a batch has ${name}`);
  return tensor;
}

/** Two losses, of which `bad` is what a test makes of the outputs [4, 3] and of `late`. */
function withBad(
  bad: (tf: Tf, outputs: tfc.Tensor2D, late: tfc.Tensor) => tfc.Tensor,
  first = 4,
): WrittenTask {
  return {
    terms: ['fine', 'bad'],
    corrupt: from(first),
    losses(tf, layer, batch) {
      const outputs = layer.apply(fieldOf(batch, 'x'));
      return {
        fine: tf.mean(tf.square(tf.sub(outputs, 1))),
        bad: tf.mean(bad(tf, outputs, fieldOf(batch, 'late'))),
      };
    },
  };
}

/** `bad` is NaN at one step alone; `fine` hangs on a running mean of the data. */
function withRunningMean(badStep: number): WrittenTask {
  const made: { mean?: tfc.Variable } = {};
  return {
    terms: ['fine', 'bad'],
    corrupt: (tf, batch, step) => ({ ...batch, late: tf.scalar(step === badStep ? 1e6 : 0) }),
    buffers(tf) {
      const mean = tf.tidy(() => tf.variable(tf.zeros([2]), false));
      made.mean = mean;
      const next = ({ x }: Batch) =>
        x ? [tf.add(tf.mul(mean, 0.9), tf.mul(tf.mean(x, 0), 0.1))] : [];
      return { variables: [mean], next };
    },
    losses(tf, layer, batch) {
      const outputs = layer.apply(tf.sub(fieldOf(batch, 'x'), made.mean ?? 0));
      return {
        fine: tf.mean(tf.square(tf.sub(outputs, 1))),
        bad: tf.mean(tf.log(tf.sub(tf.add(tf.square(outputs), 1), fieldOf(batch, 'late')))),
      };
    },
  };
}

/** The one notice of a run in which nothing is left behind. */
function onlyNotice({ notices, lines, leaked }: WrittenRun, steps = 6): string {
  expect(lines).toHaveLength(steps);
  expect(leaked).toBe(0);
  expect(notices).toHaveLength(1);
  return notices[0]?.text ?? '';
}

const engines: readonly (readonly [string, RunOptions])[] = [
  ['eager', { backend: cpu }],
  ['eager, read back together', { backend: cpu, readback: 'costly' }],
  ['compiled', { backend: compiledCpu }],
];

describe.each(engines)('the origin of NaN, trained %s', (_, options) => {
  it('is a logarithm of 0 or less, with its layer, its range and its line', async () => {
    // 1 − 10·late leaves the logarithm's range.
    const task = withBad((tf, outputs, late) =>
      tf.log(tf.add(tf.square(outputs), tf.sub(1, tf.mul(late, 10)))),
    );
    const text = onlyNotice(await runTask(task, options));
    expect(text).toMatch(/^At step 4 the loss bad is NaN\. It begins in step 4, /);
    expect(text).toContain('in the forward pass of the loss bad, with a logarithm of 0 or less');
    expect(text).toMatch(/Log of -\S+ to -?\S+, shape \[4, 3\], gives NaN/);
    expect(text).toContain('(layer trunk.0, ');
    expect(text).toMatch(here);
    expect(text).toContain('Hint: keep what it is taken of above 0');
  });

  it('is the slope of a square root at 0, one step before the loss shows it', async () => {
    const task = withBad(
      (tf, outputs, late) => tf.sqrt(tf.mul(tf.square(outputs), tf.sub(1, late))),
      24,
    );
    const run = await runTask(task, { ...options, plan: { steps: 26 } });
    const text = onlyNotice(run, 26);
    expect(text).toMatch(/^At step 25 the loss fine is NaN\. It begins in step 24, /);
    expect(text).toContain('in the gradient of the loss bad, which is finite itself');
    expect(text).toContain('a square root at 0, which has an infinite slope');
    expect(text).toContain('in the slope of Sqrt of 0, shape [4, 3],');
    expect(text).toMatch(here);
    expect(text).toContain('under the root');
  });

  it('is the slope of an inverse cosine at 1', async () => {
    const task = withBad((tf, outputs, late) => {
      const cosine = tf.tanh(outputs);
      return tf.acos(tf.add(tf.mul(cosine, tf.sub(0.9, tf.mul(late, 0.9))), late));
    });
    const text = onlyNotice(await runTask(task, options));
    // The first steps are probed, which shows the update at once.
    expect(text).toMatch(
      /^At step 4 the update of trunk is NaN\. It begins in step 4, in the gradient/,
    );
    expect(text).toContain('an inverse cosine or sine at ±1');
    expect(text).toContain('Acos of 1, shape [4, 3],');
  });

  it('is a division by 0', async () => {
    const task = withBad((tf, outputs, late) => tf.div(outputs, tf.sub(1, late)));
    const text = onlyNotice(await runTask(task, options));
    expect(text).toContain('with a division by 0: RealDiv of');
    expect(text).toContain('keep the divisor away from 0');
  });

  it('is an exponential that is too large', async () => {
    const task = withBad((tf, outputs, late) => tf.exp(tf.add(outputs, tf.mul(late, 200))));
    const text = onlyNotice(await runTask(task, options));
    expect(text).toMatch(/^At step 4 the loss bad is Infinity\./);
    expect(text).toContain('an exponential that is too large for float32: Exp of');
  });

  it('is a learning rate that lets the parameters grow beyond bounds', async () => {
    const task: WrittenTask = {
      terms: ['fine', 'bad'],
      losses(tf, layer, batch) {
        const outputs = layer.apply(fieldOf(batch, 'x'));
        return {
          fine: tf.mean(tf.square(tf.sub(outputs, 1))),
          bad: tf.mean(tf.square(tf.add(outputs, 1))),
        };
      },
    };
    const optimizer = { ...smallPlan.optimizer, learningRate: 1e6 };
    const text = onlyNotice(await runTask(task, { ...options, plan: { optimizer } }));
    expect(text).toMatch(/^At step 5 the loss fine is Infinity\. It begins in step 5, /);
    expect(text).toContain('values that are too large for float32');
    expect(text).toContain('lower the learning rate');
  });

  it('is the data', async () => {
    const task: WrittenTask = {
      ...withBad((_tf, outputs) => outputs),
      corrupt(tf, batch, step) {
        const late = tf.scalar(0);
        if (step !== 3) return { ...batch, late };
        batch.x?.dispose();
        return { x: tf.fill([4, 2], Number.NaN), late };
      },
    };
    const { notices, leaked } = await runTask(task, options);
    expect(leaked).toBe(0);
    expect(notices).toEqual([
      {
        text: 'At step 3 the tensor x of the batch (float32, shape [4, 2]) holds 8 of 8 values that are not finite, the first, NaN, at [0, 0].',
        step: 3,
      },
    ]);
  });

  it('is a parameter that was NaN from the start', async () => {
    const task = { ...withBad((_tf, outputs) => outputs), weights: [1, 2, Number.NaN, 4, 5, 6] };
    const text = onlyNotice(await runTask(task, options));
    expect(text).toMatch(
      /^At step 1 the loss fine is NaN\. It begins in step 1, before its forward/,
    );
    expect(text).toContain('the weights [2, 3] of the layer trunk.0 hold NaN in 1 of 6 places');
  });

  it('is found after a window of many steps with the state of the optimizer', async () => {
    const task = withBad(
      (tf, outputs, late) => tf.log(tf.sub(tf.add(tf.square(outputs), 1), tf.mul(late, 50))),
      37,
    );
    const plan = { steps: 40, optimizer: adam };
    const run = await runTask(task, { ...options, plan });
    const text = onlyNotice(run, 40);
    expect(text).toContain('It begins in step 37, in the forward pass of the loss bad');
  });
});

describe('the origin of NaN', () => {
  it('is the update where the gradients were finite', async () => {
    const task = withBad((tf, outputs, late) => tf.mul(outputs, tf.mul(late, 1e22)));
    const optimizer = { ...smallPlan.optimizer, learningRate: 1e20 };
    const text = onlyNotice(await runTask(task, { plan: { optimizer, weights: [0, 1] } }));
    expect(text).toMatch(/^At step 5 the loss fine is \S+\. It begins in step 4, in the update: /);
    expect(text).toContain('the weights [2, 3] of the layer trunk.0 came to hold infinite');
    expect(text).toMatch(
      /gradients, of at most \S+e\+2\d, were finite\. Hint: lower the learning rate/,
    );
  });

  it('passes over an infinity that was meant until NaN is made of it', async () => {
    const task = withBad((tf, outputs, late) => {
      const chosen = tf.greater(tf.add(tf.zeros([4, 3]), late), 2);
      const masked = tf.where(chosen, outputs, tf.fill([4, 3], Number.NEGATIVE_INFINITY));
      return tf.relu(tf.mul(masked, tf.sub(1, late)));
    });
    const text = onlyNotice(await runTask(task));
    expect(text).toContain('with an infinite value that is multiplied with 0');
    expect(text).toContain('Multiply of infinite, 0, shape [4, 3], gives NaN');
  });

  it.each([
    ['plain JavaScript', cpu],
    // Whose detached tensors share no memory with what they are made from.
    ['WebAssembly', wasm],
  ])('is found behind a detached tensor, in %s', async (_, backend) => {
    const task = withBad((tf, outputs, late) => {
      const target = detach(tf, tf.log(tf.sub(0.5, late)));
      return tf.square(tf.sub(outputs, target));
    });
    const text = onlyNotice(await runTask(task, { backend }));
    expect(text).toContain('with a logarithm of 0 or less: Log of -0.5, shape [], gives NaN');
  });

  it('is told again, three times at most, where losses were finite in between', async () => {
    const task: WrittenTask = {
      ...withBad((tf, outputs, late) => tf.log(tf.sub(tf.add(tf.square(outputs), 1), late))),
      corrupt: (tf, batch, step) => ({ ...batch, late: tf.scalar(step % 2 === 0 ? 1e6 : 0) }),
    };
    // At a weight of 0 nothing of it reaches the parameters.
    const { notices, leaked } = await runTask(task, { plan: { steps: 12, weights: [1, 0] } });
    expect(notices.map(({ step }) => step)).toEqual([2, 4, 6]);
    expect(leaked).toBe(0);
  });

  it.each(engines)('leaves the run as it is, trained %s', async (_, options) => {
    const plan = { steps: 9, weights: [1, 0], optimizer: adam };
    const run = (bad: boolean) => runTask(withRunningMean(bad ? 5 : 0), { ...options, plan });
    const [bad, good] = [await run(true), await run(false)];
    expect(bad.notices).toHaveLength(1);
    expect(bad.lines.map((line) => line['loss/fine'])).toEqual(
      good.lines.map((line) => line['loss/fine']),
    );
    expect(new Set(good.tensors).size).toBe(1);
    expect(bad.tensors).toEqual(good.tensors);
  });

  it('is not known where the replay comes out finite', async () => {
    let calls = 0;
    const task = withBad((tf, outputs) => {
      calls += 1;
      // Impure on purpose: what the run saw is not what the replay sees.
      return calls === 4 ? tf.log(tf.sub(-1, tf.square(outputs))) : tf.square(outputs);
    });
    const { notices } = await runTask(task);
    expect(notices[0]?.text).toBe(
      'At step 4 the loss bad is NaN. Steps 3 to 4 came out finite when replayed operation by operation on cpu, so where it began is not known: values near the limits of float32 may round otherwise there.',
    );
  });
});
