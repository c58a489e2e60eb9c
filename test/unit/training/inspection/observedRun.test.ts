import type * as tfc from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import { succeed } from '../../../../server/src/base/result.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import { compiledCpu } from '../../../../server/src/training/backends/compiledCpu.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../../server/src/training/backends/wasm.ts';
import type { Checkpoint } from '../../../../server/src/training/checkpoint.ts';
import { EngineUnfitError, type StepEngine } from '../../../../server/src/training/stepEngine.ts';
import type { Batch, Task, TrainingPlan } from '../../../../server/src/training/task.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';
import { createBufferedTask } from '../support/bufferedTask.ts';
import { smallPlan, smallTerms } from '../support/smallTask.ts';
import { runTask, type WrittenTask } from './support/runTask.ts';

const plan: TrainingPlan = {
  ...smallPlan,
  optimizer: { ...smallPlan.optimizer, name: 'adamw', learningRate: 0.01, weightDecay: 0.1 },
  ...{ steps: 44, accumulate: 2, clipNorm: 0.5, terms: smallTerms, strategy: 'alternating' },
  strategyOptions: { every: 1 },
};
const inspected = { ...plan, halvesEvery: 3, statisticsEvery: 4 };
const figures = /^(loss|weight|grad|cos|step)\//;

/** Trains the task with a teacher and buffers; the figures of each step that every run writes. */
async function train(
  backend: Backend,
  own: TrainingPlan,
  resumeFrom?: Checkpoint,
): Promise<{ readonly lines: readonly object[]; readonly checkpoints: readonly Checkpoint[] }> {
  const tf = await backend.load();
  const lines: object[] = [];
  const checkpoints: Checkpoint[] = [];
  const task: Task = {
    ...{ name: 'buffered', description: 'Small.', configSchema: z.unknown() },
    terms: smallTerms.map((name) => ({ name, weightPath: [name], description: name })),
    ...{ sharedGroup: 'trunk', aliases: {}, plan: () => own },
    create: () => createBufferedTask(tf, own).instance,
  };
  const before = tf.memory().numTensors;
  await trainingRun(
    {
      ...{ tf, task, resumeFrom, plan: own, config: undefined, readback: 'costly', probeEvery: 7 },
      createEngine: (spec) => backend.createEngine(tf, spec),
      clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
      write: (text) => {
        for (const line of text.trim().split('\n')) {
          const written = Object.entries(JSON.parse(line)).filter(([name]) => figures.test(name));
          lines.push(Object.fromEntries(written));
        }
      },
      progress: () => undefined,
      notice: (text) => expect.unreachable(text),
      checkpointEvery: 22,
      checkpoint: (checkpoint) => checkpoints.push(checkpoint),
    },
    neverCancelled,
  );
  // The example of the small task stays its test's: two tensors.
  expect(tf.memory().numTensors).toBe(before + 2);
  return { lines, checkpoints };
}

describe('a run with a teacher, buffers, two batches a step and losses that take turns', () => {
  it.each([
    ['cpu', cpu],
    ['wasm', wasm],
    ['compiled-cpu', compiledCpu],
  ])('is the same bit by bit, looked into or not, resumed or not: %s', async (_, backend) => {
    const straight = await train(backend, plan);
    expect(straight.lines).toHaveLength(plan.steps);
    const watched = await train(backend, inspected);
    expect(watched.lines).toEqual(straight.lines);
    const [checkpoint] = watched.checkpoints;
    expect(checkpoint?.step).toBe(22);
    expect(checkpoint).toEqual(straight.checkpoints[0]);
    const rest = straight.lines.slice(22);
    expect((await train(backend, inspected, checkpoint)).lines).toEqual(rest);
    expect((await train(backend, plan, checkpoint)).lines).toEqual(rest);
  });
});

/** A compiled engine that is unfit from a step on. */
function unfitFrom(first: number): Backend {
  return {
    ...compiledCpu,
    async createEngine(tf, spec) {
      const made = await compiledCpu.createEngine(tf, spec);
      if (!made.ok) return made;
      const { value: engine } = made;
      const step: StepEngine['step'] = (request) => {
        if (request.step >= first) throw new EngineUnfitError('it is tired.');
        return engine.step(request);
      };
      return succeed({
        ...{ step, paths: undefined },
        read: (outcomes) => engine.read(outcomes),
        publish: () => engine.publish(),
        snapshot: () => engine.snapshot(),
        hold: () => engine.hold(),
        restore: (snapshot) => engine.restore(snapshot),
        dispose: () => engine.dispose(),
      });
    },
  };
}

describe('the origin of NaN', () => {
  it('is found in steps of which another engine took the first', async () => {
    const task: WrittenTask = {
      terms: ['only'],
      corrupt: (tf, batch, step) => ({ ...batch, bad: tf.scalar(step === 27 ? 1e3 : 0) }),
      losses(tf, layer, { x, bad }) {
        const squares = tf.square(layer.apply(x ?? tf.zeros([4, 2])));
        return { only: tf.mean(tf.log(tf.sub(tf.add(squares, 1), bad ?? 0))) };
      },
    };
    // Steps 21 to 30 are read together; those up to 24 were taken by the compiled engine.
    const backend = unfitFrom(25);
    const run = await runTask(task, { backend, readback: 'costly', plan: { steps: 31 } });
    expect(run.notices.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Steps go on operation by operation on \w+: it is tired\.$/),
      expect.stringMatching(
        /^At step 27 the loss only is NaN\. It begins in step 27, in the forward pass of the loss only, with a logarithm of 0 or less/,
      ),
    ]);
    expect(run.lines).toHaveLength(31);
    expect(run.leaked).toBe(0);
  });

  it('is what the task makes of its buffers, and the learning rate is not to blame', async () => {
    const made: { level?: tfc.Variable } = {};
    const task: WrittenTask = {
      terms: ['only'],
      corrupt: (tf, batch, step) => ({ ...batch, late: tf.scalar(step >= 4 ? 1 : 0) }),
      buffers(tf) {
        const level = tf.tidy(() => tf.variable(tf.zeros([1]), false));
        made.level = level;
        const next = ({ late }: Batch) => [tf.log(tf.sub(tf.ones([1]), tf.mul(late ?? 0, 2)))];
        return { variables: [level], next };
      },
      losses: (tf, layer, { x }) => ({
        only: tf.mean(tf.square(tf.sub(layer.apply(x ?? tf.zeros([4, 2])), made.level ?? 0))),
      }),
    };
    const { notices, leaked } = await runTask(task);
    expect(leaked).toBe(0);
    expect(notices).toHaveLength(1);
    expect(notices[0]?.text).toMatch(
      /^At step 5 the loss only is NaN\. It begins in step 4, in the update: the running values of the task came to hold NaN, while .* were finite\. Hint: look at what the task makes of them/,
    );
  });
});
