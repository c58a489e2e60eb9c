import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { succeed } from '../../../../server/src/base/result.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { EagerEngine } from '../../../../server/src/training/eagerEngine.ts';
import { createEngineWithFallback } from '../../../../server/src/training/engineWithFallback.ts';
import { EngineUnfitError, type StepEngine } from '../../../../server/src/training/stepEngine.ts';
import { disposeBatch } from '../../../../server/src/training/stepSpec.ts';
import type { Tf, TrainingPlan } from '../../../../server/src/training/task.ts';
import { type BufferedTask, createBufferedTask, teacherOutput } from '../support/bufferedTask.ts';
import {
  difference,
  type EngineKind,
  type Made,
  OpenedEngines,
  train,
} from './support/openedEngines.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => engines.dispose());

async function start(kind: EngineKind, plan: Partial<TrainingPlan> = {}) {
  const task = createBufferedTask(tf, plan);
  const made = engines.own(task);
  const engine = await engines.open(kind, made);
  return { task, made, engine };
}

function shown({ centre, largest }: BufferedTask): readonly number[] {
  return [...centre.dataSync(), ...largest.dataSync()];
}

/** What the buffers become after the batches of the seeds, by hand. */
function expectedAfter(task: BufferedTask, seeds: readonly number[]): readonly number[] {
  const before = shown(task);
  const each = seeds.map((seed) =>
    tf.tidy(() => {
      const batch = task.batch(seed);
      const mean = tf.mean(teacherOutput(tf, task.instance, batch), 0).dataSync();
      const most = tf.max(tf.abs(batch.input ?? tf.scalar(0))).dataSync()[0] ?? Number.NaN;
      disposeBatch(batch);
      const centre = Array.from(mean, (value, index) => 0.9 * (before[index] ?? 0) + 0.1 * value);
      return [...centre, Math.max(before[4] ?? 0, most)];
    }),
  );
  return before.map(
    (_, index) => each.reduce((sum, next) => sum + (next[index] ?? 0), 0) / seeds.length,
  );
}

describe.each(['eager', 'compiled'] as const)('buffers in an engine that is %s', (kind) => {
  it.each([
    ['plain', 1],
    ['probe', 1],
    ['plain', 2],
    ['probe', 3],
  ] as const)('follow a %s step over %i batches', async (step, accumulate) => {
    const { task, made, engine } = await start(kind, { accumulate });
    const seeds = Array.from({ length: accumulate }, (_, index) => 10 + index);
    const expected = expectedAfter(task, seeds);
    await train(engine, made, [step]);
    await engine.publish();
    for (const [index, value] of expected.entries()) {
      expect(shown(task)[index]).toBeCloseTo(value, 6);
    }
    expect((await engine.snapshot()).vectors.buffers).toEqual(Float32Array.from(shown(task)));
  });

  it('are what the losses of the next step are computed with', async () => {
    const { task, made, engine } = await start(kind);
    await train(engine, made, ['plain', 'plain', 'plain']);
    await engine.publish();
    const batch = made.draw(40);
    const expected = tf.tidy(() =>
      made.spec.terms.map((term) => task.instance.losses(batch)[term]?.dataSync()[0] ?? Number.NaN),
    );
    disposeBatch(batch);
    const [losses] = await train(engine, made, ['plain'], 4);
    for (const [index, loss] of expected.entries()) expect(losses?.[index]).toBeCloseTo(loss, 5);
  });

  it('go on from a snapshot to the last bit', async () => {
    const { made, engine } = await start(kind, { accumulate: 2 });
    await train(engine, made, ['probe', 'plain']);
    const snapshot = await engine.snapshot();
    const first = await train(engine, made, ['plain', 'probe'], 3);
    const end = await engine.snapshot();
    await engine.restore(snapshot);
    expect(await engine.snapshot()).toEqual(snapshot);
    expect(await train(engine, made, ['plain', 'probe'], 3)).toEqual(first);
    expect(await engine.snapshot()).toEqual(end);
    const { buffers, ...others } = snapshot.vectors;
    expect(buffers).toHaveLength(5);
    await expect(engine.restore({ step: 2, vectors: others })).rejects.toThrow(
      /its vector buffers has none, this one needs 5/,
    );
  });
});

describe('buffers', () => {
  const courses: readonly (readonly [string, Partial<TrainingPlan>])[] = [
    ['one batch', {}],
    ['two batches', { accumulate: 2 }],
    ['a cut over two batches', { probeCut: 'trunk-end', accumulate: 2 }],
    ['weights by gradients over two batches', { strategy: 'gradient-inverse', accumulate: 2 }],
    ['losses that are seen again', { strategy: 'famo' }],
    ['averages that take turns, over two batches', { strategy: 'm-config', accumulate: 2 }],
  ];
  it.each(courses)('take the same ten steps compiled as eagerly: %s', async (_, plan) => {
    await engines.expectSameCourse(() => engines.own(createBufferedTask(tf, plan)), 2e-5);
  });

  it('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { made, engine } = await start('eager', { accumulate: 2 });
    await train(engine, made, ['plain']);
    const during = tf.memory().numTensors;
    await train(engine, made, ['probe', 'plain', 'probe'], 2);
    expect(tf.memory().numTensors).toBe(during);
    engines.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are taken over by the engine that steps in', async () => {
    const { made, engine: straight } = await start('eager');
    const other: Made = engines.own(createBufferedTask(tf));
    const inner = await engines.compiled(other);
    const tired: StepEngine = {
      get paths() {
        return inner.paths;
      },
      async step(request) {
        if (request.step > 2) throw new EngineUnfitError('it is tired.');
        return inner.step(request);
      },
      read: (outcomes) => inner.read(outcomes),
      publish: () => inner.publish(),
      snapshot: () => inner.snapshot(),
      hold: () => inner.hold(),
      restore: (snapshot) => inner.restore(snapshot),
      dispose: () => undefined,
    };
    const engine = await createEngineWithFallback({
      tf,
      spec: other.spec,
      create: async () => succeed(tired),
      notice: () => undefined,
    });
    await train(engine, other, ['plain', 'plain', 'plain', 'plain']);
    await train(straight, made, ['plain', 'plain', 'plain', 'plain']);
    const [given, wanted] = [await engine.snapshot(), await straight.snapshot()];
    expect(
      difference(given.vectors.buffers, wanted.vectors.buffers ?? new Float32Array()),
    ).toBeLessThan(2e-5);
    engine.dispose();
  });

  it('are refused in words where a task declares or gives what cannot be', async () => {
    const task = createBufferedTask(tf);
    engines.own(task);
    const { buffers } = task.instance;
    const [parameter] = task.variables;
    if (!buffers || !parameter) throw new Error('the task has both');
    const create = (variables: readonly tfc.Variable[], next = buffers.next) => {
      const instance = { ...task.instance, buffers: { variables, next } };
      return new EagerEngine(tf, { ...task.spec, instance });
    };
    expect(() => create([parameter])).toThrow(/is a parameter, a teacher's or another buffer/);
    expect(() => create([task.centre, task.centre])).toThrow(/or another buffer/);
    const count = tf.variable(tf.scalar(1, 'int32'), false);
    expect(() => create([count])).toThrow(/holds int32; a buffer holds float32/);
    count.dispose();
    const batch = task.batch(1);
    for (const [next, words] of [
      [() => [], /gives 0 tensors for its 1 buffers/],
      [() => [tf.zeros([5])], /\[4\] cannot become a tensor float32 \[5\]/],
    ] as const) {
      const engine = create([task.centre], next);
      const request = { step: 1, kind: 'plain' as const, batches: [batch] };
      await expect(engine.step({ ...request, weigh: () => [1, 1, 1] })).rejects.toThrow(words);
      engine.dispose();
    }
    disposeBatch(batch);
  });
});
