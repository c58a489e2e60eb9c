import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Task, Tf } from '../../../../server/src/training/task.ts';
import { readTaskModule } from '../../../../server/src/training/userTask/taskModule.ts';
import { createUserTask } from '../../../../server/src/training/userTask/userTask.ts';
import type { UserTaskConfig } from '../../../../server/src/training/userTask/userTaskConfig.ts';
import { checkOptions } from '../../../../server/src/training/wrongOptions.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

interface Context {
  readonly tf: Tf;
  readonly options: Readonly<Record<string, unknown>>;
  readonly random: { normal(): number };
  readonly createRandom: typeof createRandom;
  readonly detach: (tensor: tfc.Tensor) => tfc.Tensor;
}

/** Its lines are looked for by the mistakes; what it does is in `create` of each test. */
const text = [
  'export const terms = { data: "", size: "" };',
  'export const sharedGroup = "network";',
  'export function create({ tf }) {',
  '  return {',
  '    groups: { network: [w] },',
  '    batch: (random) => ({ x }),',
  '    losses: () => ({',
  '      data: mean,',
  '      size: square,',
  '    }),',
  '    evaluate: () => ({ error }),',
  '    cuts: { head: [w] },',
  '    teacher: { pairs: [{ student: w, teacher: t }], momentum: () => m },',
  '    buffers: { variables: [b], next: () => [b] },',
  '  };',
  '}',
].join('\n');

type Change = (
  instance: Record<string, unknown>,
  w: tfc.Variable,
  context: Context,
) => Record<string, unknown>;

/** A task with two losses of one variable, changed as a test wants it. */
function taskOf(change: Change = (instance) => instance): Task<UserTaskConfig> {
  const create = (context: unknown): unknown => {
    const { tf: given, random } = context as Context;
    const w = given.variable(given.tensor1d([random.normal(), random.normal()]));
    const kept = given.tensor1d([1, 1]);
    given.add(kept, 1);
    const instance = {
      groups: { network: [w] },
      batch: (draw: { uniform(): number }) => ({ x: given.mul(kept, draw.uniform()), kept }),
      losses: ({ x }: { x: tfc.Tensor }) => ({
        data: given.mean(given.mul(w, x)),
        size: given.mean(given.square(w)),
      }),
    };
    return change(instance, w, context as Context);
  };
  const exports = { terms: { data: 'd', size: 's' }, sharedGroup: 'network', create };
  const source = { path: '/w/my-task.ts', text };
  const module = readTaskModule(exports, source);
  if (!module.ok) throw module.error;
  return createUserTask(module.value, source, { name: 'my-task.ts', digest: 'my-task.ts abc' });
}

const valid = { task: './my-task.ts', loss_weights: { data: 1, size: 0 } };

function configOf(task: Task<UserTaskConfig>, more: object = {}): UserTaskConfig {
  const checked = checkOptions(task, { ...valid, ...more });
  if (!checked.ok) throw new Error(checked.error.map(({ message }) => message).join(' '));
  return checked.value;
}

function createOf(task: Task<UserTaskConfig>, more: object = {}) {
  return task.create(tf, configOf(task, more), createRandom(3, 'parameters'));
}

/** The message of what is thrown while an instance is used. */
async function mistakeOf(change: Change, more: object = {}): Promise<string> {
  try {
    const instance = createOf(taskOf(change), more);
    const batch = instance.nextBatch(createRandom(3, 'data'));
    tf.tidy(() => void instance.losses(batch));
    instance.buffers?.next(batch);
    instance.teacher?.momentum(1);
    await instance.evaluate();
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a task out of a module', () => {
  it('frees all that it makes, and keeps what it made once', async () => {
    const before = tf.memory().numTensors;
    const instance = createOf(
      taskOf((made, w) => ({ ...made, evaluate: () => ({ error: tf.mean(w), count: 7 }) })),
    );
    const made = tf.memory().numTensors;
    for (let step = 0; step < 3; step += 1) {
      const batch = instance.nextBatch(createRandom(step, 'data'));
      tf.tidy(() => void instance.losses(batch));
      for (const tensor of Object.values(batch)) tensor.dispose();
      expect(await instance.evaluate()).toEqual({ error: expect.any(Number), count: 7 });
      expect(tf.memory().numTensors).toBe(made);
    }
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is handed the options, and random numbers of its own', () => {
    const seen: unknown[] = [];
    const task = taskOf((made, w, { options, createRandom: random, detach }) => {
      seen.push(options, random(4).uniform(), detach(w).shape);
      return made;
    });
    createOf(task, { options: { width: 3, deep: { list: [1] } } }).dispose();
    expect(seen).toEqual([{ width: 3, deep: { list: [1] } }, createRandom(4).uniform(), [2]]);
  });

  it('plans with the weights in the order of its losses', () => {
    const task = taskOf();
    const config = configOf(task, { loss_weights: { size: 0.5, data: 2 }, options: { width: 8 } });
    expect(task.plan(config)).toMatchObject({
      terms: ['data', 'size'],
      weights: [2, 0.5],
      strategy: 'fixed',
      referenceTerm: 'data',
      steps: 1000,
      shape: 'my-task.ts abc, options {"width":8}',
    });
    expect(task.terms[1]?.weightPath).toEqual(['loss_weights', 'size']);
  });
});

describe('a config', () => {
  it.each([
    [
      { loss_weights: undefined },
      'loss_weights: it must give each loss of the task its weight: data, size.',
    ],
    [{ loss_weights: { data: 1 } }, 'loss_weights.size: it is missing, and must be a number.'],
    [
      { loss_weights: { data: 1, size: 1, sise: 1 } },
      'loss_weights.sise is not a key of this task; did you mean size? Known here are data, size.',
    ],
    [{ loss_weights: { data: -1, size: 1 } }, 'loss_weights.data is -1: it must be at least 0.'],
    [{ options: 3 }, 'options is 3: it must be a mapping.'],
    [
      { strategy: { name: 'step', term: 'sise' } },
      'strategy.term is "sise": the losses of this task are data, size, not sise.',
    ],
  ])('with %j is refused', (more, message) => {
    const checked = checkOptions(taskOf(), { ...valid, ...more });
    const said = checked.ok ? 'none' : checked.error.map((wrong) => wrong.message).join(' ');
    expect(said).toContain(message.replace('strategy.term is "sise": ', ''));
  });

  it.each([
    [
      { optimizer: { groups: { head: { weight_decay: 1 } } } },
      'my-task.ts:5: The config sets optimizer.groups.head, and groups has no such group; it has network.',
    ],
    [
      { probe: { cut: 'head' } },
      'my-task.ts:5: The config sets probe.cut to head, and create() returned no such cut; there is none.',
    ],
  ])('with %j meets what create returned', async (more, message) => {
    expect(await mistakeOf((made) => made, more)).toBe(message);
  });
});

describe('a mistake', () => {
  const tensor = () => tf.tensor1d([1, 2]);
  it.each<readonly [string, Change, string]>([
    [
      'no instance',
      () => [] as never,
      'my-task.ts:3: create() returned a list; it must return { groups, batch, losses }.',
    ],
    [
      'a promise',
      () => Promise.resolve({}) as never,
      'my-task.ts:3: create() must not be async; it must return { groups, batch, losses } at once. Read files with the functions of node:fs that end in Sync.',
    ],
    [
      'a part that is missing',
      ({ batch: _, ...made }) => made,
      'my-task.ts:3: create() returned no batch; it returned groups, losses.',
    ],
    [
      'a part with another name',
      ({ losses, ...made }) => ({ ...made, loss: losses }),
      'my-task.ts:3: create() returned loss, which must be called losses.',
    ],
    [
      'no function',
      (made) => ({ ...made, batch: {} }),
      'my-task.ts:6: batch is an empty object; it must be a function.',
    ],
    [
      'groups that are no names',
      (made, w) => ({ ...made, groups: [w] }),
      'my-task.ts:5: groups is a list; it must name lists of variables, as in { network: [weights, biases] }.',
    ],
    [
      'a tensor for a variable',
      (made) => ({ ...made, groups: { network: [tensor()] } }),
      'my-task.ts:5: groups.network[0] is a tensor; make it with tf.variable(…).',
    ],
    [
      'a variable in two groups',
      (made, w) => ({ ...made, groups: { network: [w], second: [w] } }),
      'my-task.ts:5: groups.second has a variable that groups.network has too.',
    ],
    [
      'a shared group that is not there',
      (made, w) => ({ ...made, groups: { net: [w] } }),
      'my-task.ts:5: sharedGroup is "network", and groups has no such group; it has net.',
    ],
    [
      'a batch that is a tensor',
      (made) => ({ ...made, batch: tensor }),
      'my-task.ts:6: batch() returned a tensor; it must return tensors by name, as in { name: tensor }.',
    ],
    [
      'a batch of numbers',
      (made) => ({ ...made, batch: () => ({ x: [1, 2] }) }),
      'my-task.ts:6: batch() gives x as a list; it must be a tensor, made by tf.',
    ],
    [
      'a disposed tensor',
      (made) => {
        const gone = tensor();
        gone.dispose();
        return { ...made, batch: () => ({ x: gone }) };
      },
      'my-task.ts:6: batch() gives x, which has been disposed: what batch() makes is freed after the step, what create() makes is kept.',
    ],
    [
      'losses that are promised',
      (made) => ({ ...made, losses: async () => ({}) }),
      'my-task.ts:7: losses() must not be async; give tensors, which are read for you.',
    ],
    [
      'a loss that is missing',
      (made) => ({ ...made, losses: () => ({ data: tf.scalar(1) }) }),
      'my-task.ts:7: The task gives no loss named size; it gives data.',
    ],
    [
      'a loss that is not declared',
      (made) => ({ ...made, losses: () => ({ data: tf.scalar(1), extra: tf.scalar(1) }) }),
      'my-task.ts:7: The task gives a loss that it does not declare: extra; declared are data, size.',
    ],
    [
      'a loss that is no scalar',
      (made) => ({ ...made, losses: () => ({ data: tf.scalar(1), size: tensor() }) }),
      'my-task.ts:9: The loss size has shape [2] and kind float32; a loss must be a float32 scalar, such as a mean over the batch.',
    ],
    [
      'a loss that is a number',
      (made) => ({ ...made, losses: () => ({ data: 3, size: tf.scalar(1) }) }),
      'my-task.ts:8: The loss data is 3; a loss must be a tensor, made by tf.',
    ],
    [
      'a figure with a name that is taken',
      (made) => ({ ...made, evaluate: () => ({ 'loss/x': 1 }) }),
      'my-task.ts:11: evaluate() gives loss/x; names that begin with loss/ are taken. Call it eval/loss_x.',
    ],
    [
      'a figure that is none',
      (made) => ({ ...made, evaluate: () => ({ error: tensor() }) }),
      'my-task.ts:11: evaluate() gives error with shape [2]; a figure is a number or a scalar.',
    ],
    [
      'a teacher of another shape',
      (made, w) => {
        const other = tf.variable(tf.scalar(1));
        return { ...made, teacher: { pairs: [{ student: w, teacher: other }], momentum: () => 1 } };
      },
      'my-task.ts:13: teacher.pairs[0] has a student of shape [2] and a teacher of shape []; they must be equal.',
    ],
    [
      'a momentum that is none',
      (made, w) => {
        const other = tf.variable(tensor());
        return { ...made, teacher: { pairs: [{ student: w, teacher: other }], momentum: () => 2 } };
      },
      'my-task.ts:13: teacher.momentum gives 2 at step 1; it must lie from 0 to 1.',
    ],
    [
      'a buffer of another shape',
      (made) => {
        const buffer = tf.variable(tensor());
        return { ...made, buffers: { variables: [buffer], next: () => [tf.scalar(1)] } };
      },
      'my-task.ts:14: buffers.next gives a tensor of shape [] for a variable of shape [2].',
    ],
  ])('is told with its line: %s', async (_, change, message) => {
    expect(await mistakeOf(change)).toBe(message);
  });

  it('in what the user calls is told at the line of the call', async () => {
    const said = await mistakeOf((made, w) => ({
      ...made,
      losses: () => ({ data: tf.matMul(w, w), size: tf.mean(w) }),
    }));
    expect(said).toMatch(/^userTask\.test\.ts:\d+:\d+: in losses\(\): Error in matMul: /);
  });

  it('is chance that no seed repeats', async () => {
    const said = await mistakeOf((made) => ({
      ...made,
      batch: () => ({ x: tf.randomNormal([2]) }),
    }));
    expect(said).toMatch(/in batch\(\): It draws with Math\.random \(so does tf\.random… without/);
    const seeded = await mistakeOf((made) => ({
      ...made,
      batch: () => ({ x: tf.randomNormal([2], 0, 1, 'float32', 5) }),
    }));
    expect(seeded).toBe('none');
    expect(Math.random()).toBeGreaterThanOrEqual(0);
  });
});
