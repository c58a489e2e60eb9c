import { beforeAll, describe, expect, it } from 'vitest';

import { fail, succeed } from '../../../server/src/base/result.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { EagerEngine } from '../../../server/src/training/eagerEngine.ts';
import { createEngineWithFallback } from '../../../server/src/training/engineWithFallback.ts';
import {
  EngineUnfitError,
  type StepEngine,
  type StepSpec,
} from '../../../server/src/training/stepEngine.ts';
import { Stepper } from '../../../server/src/training/stepper.ts';
import { disposeBatch } from '../../../server/src/training/stepSpec.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { createSmallTask, type SmallTask } from './support/smallTask.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

/** An engine that takes two steps and then finds itself unfit. */
function createTiringEngine(spec: StepSpec): StepEngine {
  const engine = new EagerEngine(tf, spec);
  return {
    paths: undefined,
    async step(request) {
      if (request.step > 2) throw new EngineUnfitError('the shapes change at every step.');
      return engine.step(request);
    },
    read: (outcomes) => engine.read(outcomes),
    publish: () => engine.publish(),
    snapshot: () => engine.snapshot(),
    hold: () => engine.hold(),
    restore: (snapshot) => engine.restore(snapshot),
    dispose: () => engine.dispose(),
  };
}

async function train(task: SmallTask, engine: StepEngine): Promise<Float32Array[]> {
  const stepper = new Stepper(task.spec);
  const outcomes = [];
  for (let step = 1; step <= 4; step += 1) {
    const batch = task.batch(step);
    outcomes.push(await stepper.step(engine, step, step % 2 ? 'probe' : 'plain', [batch]));
    disposeBatch(batch);
  }
  const read = await engine.read(outcomes);
  for (const outcome of outcomes) outcome.dispose();
  return [...read];
}

describe('an engine with a fallback', () => {
  it('goes on eagerly from the same parameters and says why', async () => {
    const notices: string[] = [];
    const [straight, tired] = [createSmallTask(tf), createSmallTask(tf)];
    const expected = new EagerEngine(tf, straight.spec);
    const engine = await createEngineWithFallback({
      tf,
      spec: tired.spec,
      create: async (spec) => succeed(createTiringEngine(spec)),
      notice: (text) => notices.push(text),
    });
    expect(await train(tired, engine)).toEqual(await train(straight, expected));
    expect(await engine.snapshot()).toEqual(await expected.snapshot());
    expect(notices).toEqual([
      'Steps go on operation by operation on cpu: the shapes change at every step.',
    ]);
    for (const part of [engine, expected, straight.instance, tired.instance]) part.dispose();
  });

  it('is eager from the start where the wanted one cannot be made', async () => {
    const notices: string[] = [];
    const task = createSmallTask(tf);
    const engine = await createEngineWithFallback({
      tf,
      spec: task.spec,
      create: async () => fail('the kernel Multinomial has no form in ONNX.'),
      notice: (text) => notices.push(text),
    });
    expect(await train(task, engine)).toHaveLength(4);
    expect(notices).toEqual([
      'Steps are taken operation by operation on cpu: the kernel Multinomial has no form in ONNX.',
    ]);
    engine.dispose();
    task.instance.dispose();
  });

  it('passes every other error on', async () => {
    const task = createSmallTask(tf);
    const broken = createTiringEngine(task.spec);
    const engine = await createEngineWithFallback({
      tf,
      spec: task.spec,
      create: async () =>
        succeed({
          ...broken,
          paths: undefined,
          step: async () => {
            throw new Error('out of memory');
          },
        }),
      notice: () => undefined,
    });
    await expect(train(task, engine)).rejects.toThrow('out of memory');
    engine.dispose();
    task.instance.dispose();
  });
});
