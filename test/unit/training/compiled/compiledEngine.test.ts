import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { CompiledEngine } from '../../../../server/src/training/backends/compiled/compiledEngine.ts';
import { kernelEmitters } from '../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { EngineUnfitError } from '../../../../server/src/training/stepEngine.ts';
import { disposeBatch } from '../../../../server/src/training/stepSpec.ts';
import { strategies } from '../../../../server/src/training/strategies/registry.ts';
import type { Batch, Tf, TrainingPlan } from '../../../../server/src/training/task.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { type SmallConfig, smallConfig } from '../support/flowEditSetup.ts';
import { createSmallTask, smallPlan } from '../support/smallTask.ts';
import { difference, type Made, OpenedEngines, train } from './support/openedEngines.ts';
import { installedRuntime } from './support/runValues.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => engines.dispose());

function flowEditTask(small: SmallConfig, plan: Partial<TrainingPlan> = {}): Made {
  const config = smallConfig(small);
  const instance = flowEdit.create(tf, config, createRandom(7, 'parameters'));
  const example = instance.nextBatch(createRandom(1));
  const terms = flowEdit.terms.map(({ name }) => name);
  const { sharedGroup } = flowEdit;
  const spec = {
    instance,
    plan: { ...flowEdit.plan(config), ...plan },
    terms,
    sharedGroup,
    example,
  };
  return engines.own({ spec, batch: (seed) => instance.nextBatch(createRandom(seed, 'data')) });
}

function smallTask(plan: Partial<TrainingPlan> = {}): Made {
  return engines.own(createSmallTask(tf, plan));
}

describe('a compiled engine', () => {
  it.each<[string, () => Made]>([
    ['flow-edit', () => flowEditTask({})],
    ['flow-edit with SGD', () => flowEditTask({ optimizer: 'sgd', learningRate: 0.1 })],
    ['flow-edit, clipped', () => flowEditTask({}, { clipNorm: 0.1 })],
    ['flow-edit with normalised losses', () => flowEditTask({ normalize: true })],
    ['flow-edit over two batches', () => flowEditTask({}, { accumulate: 2 })],
    [
      'flow-edit with normalised losses over two batches',
      () => flowEditTask({ normalize: true }, { accumulate: 2 }),
    ],
    [
      'flow-edit with a velocity loss that weighs times',
      () => flowEditTask({ velocityLoss: { name: 'velocity', time_weighting: 'cosmap' } }),
    ],
    [
      'flow-edit with a render loss of features',
      () => flowEditTask({ renderLoss: 'random-lpips' }),
    ],
    ['a loss without weight', () => flowEditTask({ renderWeight: 0 })],
    ['three losses and a teacher', () => smallTask()],
    ['a cut', () => smallTask({ probeCut: 'trunk-end' })],
    ['a cut over two batches', () => smallTask({ probeCut: 'trunk-end', accumulate: 2 })],
    ['weights by gradients', () => smallTask({ strategy: 'gradient-inverse' })],
    [
      'weights by gradients over three batches',
      () => smallTask({ strategy: 'gradient-inverse', accumulate: 3 }),
    ],
    [
      'losses seen again after the step, over two batches',
      () => smallTask({ strategy: 'famo', accumulate: 2 }),
    ],
    ['averaged gradients over two batches', () => smallTask({ strategy: 'db-mtl', accumulate: 2 })],
    [
      'averages that take turns, over two batches',
      () => smallTask({ strategy: 'm-config', accumulate: 2 }),
    ],
  ])('takes ten steps like an eager one: %s', async (_, make) => {
    await engines.expectSameCourse(make, 2e-5);
  });

  // Weights that answer to losses and gradients feed their rounding back into the next step.
  it.each(strategies)('takes ten steps like an eager one with strategy $name', async ({ name }) => {
    const optimizer = { ...smallPlan.optimizer, learningRate: 0.01 };
    await engines.expectSameCourse(() => smallTask({ strategy: name, optimizer }), 1e-4);
  });

  it('goes on from a snapshot to the last bit, and shows its parameters when asked', async () => {
    const task = smallTask({ accumulate: 2 });
    const engine = await engines.compiled(task);
    await train(engine, task, ['probe', 'plain', 'plain']);
    const snapshot = await engine.snapshot();
    const first = await train(engine, task, ['plain', 'probe'], 4);
    const end = await engine.snapshot();
    await engine.restore(snapshot);
    expect(await engine.snapshot()).toEqual(snapshot);
    expect(await train(engine, task, ['plain', 'probe'], 4)).toEqual(first);
    expect(await engine.snapshot()).toEqual(end);
    await engine.publish();
    const shown = task.spec.instance.groups.flatMap(({ variables }) =>
      variables.flatMap((variable) => [...variable.dataSync()]),
    );
    expect(shown).toEqual([...(end.vectors.parameters ?? [])]);
    await expect(engine.restore({ step: 1, vectors: {} })).rejects.toThrow(/another model/);
  });

  it('leaves no tensor in TensorFlow.js and lets go of its sessions', async () => {
    const task = smallTask();
    const before = tf.memory().numTensors;
    const runtime = installedRuntime();
    const released: number[] = [];
    let created = 0;
    const counting = {
      ...runtime,
      InferenceSession: {
        async create(...given: Parameters<typeof runtime.InferenceSession.create>) {
          const session = await runtime.InferenceSession.create(...given);
          const number = ++created;
          const release = session.release.bind(session);
          session.release = async () => {
            released.push(number);
            await release();
          };
          return session;
        },
      },
    };
    const engine = await CompiledEngine.create({
      tf,
      spec: task.spec,
      runtime: counting as typeof runtime,
      provider: 'cpu',
      emitters: kernelEmitters,
    });
    if (!engine.ok) throw new Error(engine.error);
    await train(engine.value, task, ['probe', 'plain', 'plain']);
    engine.value.dispose();
    engine.value.dispose();
    expect(released.sort()).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('follows losses whose weights vanish and come back', async () => {
    const weights = [
      [1, 0, 2],
      [0, 0, 0],
      [1, 1, 1],
      [1, 0, 2],
    ];
    const courses = await Promise.all(
      [true, false].map(async (isCompiled) => {
        const task = smallTask({ strategy: 'normalised' });
        const engine = isCompiled ? await engines.compiled(task) : engines.eager(task);
        for (const [index, own] of weights.entries()) {
          const batch = task.draw(index);
          const request = { step: index + 1, kind: 'plain' as const, batches: [batch] };
          (await engine.step({ ...request, weigh: () => own })).dispose();
          disposeBatch(batch);
        }
        return (await engine.snapshot()).vectors.parameters ?? new Float32Array();
      }),
    );
    const [given, wanted = new Float32Array()] = courses;
    expect(difference(given, wanted)).toBeLessThan(2e-5);
  });

  it('compiles for other shapes, until they never stop changing', async () => {
    const task = createSmallTask(tf);
    const engine = await engines.compiled(engines.own(task));
    const step = async (rows: number) => {
      const batch = task.batch(1, rows);
      const request = { step: rows, kind: 'plain' as const, batches: [batch] };
      const outcome = await engine.step({ ...request, weigh: () => [1, 1, 1] });
      disposeBatch(batch);
      return engine.read([outcome]);
    };
    for (let rows = 1; rows <= 8; rows += 1) {
      const [losses] = await step(rows);
      expect(losses?.every(Number.isFinite)).toBe(true);
    }
    await expect(step(9)).rejects.toThrow(EngineUnfitError);
    await expect(step(9)).rejects.toThrow(/shapes of the batches keep changing.*\[9,3\]/);
  });

  it('says why a task cannot be compiled', async () => {
    const task = smallTask();
    const { losses } = task.spec.instance;
    const noisy = {
      ...task.spec.instance,
      losses(batch: Batch) {
        const input = batch.input ?? tf.scalar(0);
        return losses({ ...batch, input: tf.add(input, tf.randomNormal(input.shape)) });
      },
    };
    const spec = { ...task.spec, instance: noisy };
    await expect(engines.compiled({ ...task, spec })).rejects.toThrow(
      /draws at random.*shape \[6, 3\].*part of the batch/,
    );
  });
});
