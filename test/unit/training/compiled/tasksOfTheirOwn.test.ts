import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { CompiledEngine } from '../../../../server/src/training/backends/compiled/compiledEngine.ts';
import { kernelEmitters } from '../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { EagerEngine } from '../../../../server/src/training/eagerEngine.ts';
import {
  EngineUnfitError,
  type StepEngine,
  type StepSpec,
} from '../../../../server/src/training/stepEngine.ts';
import { disposeBatch } from '../../../../server/src/training/stepSpec.ts';
import type { Batch, Tf } from '../../../../server/src/training/task.ts';
import { createSmallTask, type SmallTask } from '../support/smallTask.ts';
import { installedRuntime } from './support/runValues.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

const opened: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0).reverse()) each.dispose();
});

/** The small task with its third loss multiplied. */
function scaledTask(scale: () => tfc.Scalar): SmallTask {
  const task = createSmallTask(tf);
  const { instance } = task;
  opened.push({
    dispose() {
      disposeBatch(task.spec.example);
      instance.dispose();
    },
  });
  const losses = (batch: Batch) => {
    const { head, ...others } = instance.losses(batch);
    return { ...others, head: head ? tf.mul<tfc.Scalar>(head, scale()) : scale() };
  };
  return { ...task, spec: { ...task.spec, instance: { ...instance, losses } } };
}

async function compile(spec: StepSpec): Promise<StepEngine> {
  const runtime = installedRuntime();
  const options = { tf, spec, runtime, provider: 'cpu' as const, emitters: kernelEmitters };
  const engine = await CompiledEngine.create(options);
  if (!engine.ok) throw new Error(engine.error);
  opened.push(engine.value);
  return engine.value;
}

/** Takes a probing step on the batch of its number. */
async function take(
  engine: StepEngine,
  task: SmallTask,
  step: number,
  after?: (losses: readonly number[]) => void,
): Promise<readonly number[]> {
  const batch = task.batch(step);
  const weigh = () => [1, 1, 1];
  const request = { step, kind: 'probe' as const, batches: [batch], weigh };
  try {
    const outcome = await engine.step({ ...request, ...(after ? { after } : {}) });
    const [read] = await engine.read([outcome]);
    outcome.dispose();
    return [...(read ?? [])];
  } finally {
    disposeBatch(batch);
  }
}

describe('a compiled engine, given a task with tensors of its own,', () => {
  it('compiles what is made at the first forward pass and kept', async () => {
    const cached = () => {
      let kept: tfc.Scalar | undefined;
      opened.push({ dispose: () => kept?.dispose() });
      return () => {
        kept ??= tf.keep(tf.add<tfc.Scalar>(tf.scalar(1), 1));
        return kept;
      };
    };
    const [own, other] = [scaledTask(cached()), scaledTask(cached())];
    const engine = await compile(own.spec);
    const reference = new EagerEngine(tf, other.spec);
    opened.push(reference);
    for (const step of [1, 2, 3]) {
      const expected = await take(reference, other, step);
      for (const [index, value] of (await take(engine, own, step)).entries()) {
        expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 4);
      }
    }
  });

  it('finds itself unfit once a variable is assigned to whose value its graphs hold', async () => {
    const scale = tf.variable(tf.scalar(1), false, 'scale');
    opened.push(scale);
    const task = scaledTask(() => scale as tfc.Tensor as tfc.Scalar);
    const engine = await compile(task.spec);
    await take(engine, task, 1);
    const before = await engine.snapshot();
    scale.assign(tf.scalar(2));
    await expect(take(engine, task, 2)).rejects.toThrow(EngineUnfitError);
    await expect(take(engine, task, 2)).rejects.toThrow(
      /variable scale float32 \[\], which is in no parameter group, was assigned to/,
    );
    expect(await engine.snapshot()).toEqual(before);
  });

  it('finds itself unfit once a tensor is replaced whose values its graphs hold', async () => {
    let factors = tf.tensor1d([1, 2]);
    opened.push({ dispose: () => factors.dispose() });
    const task = scaledTask(() => tf.sum<tfc.Scalar>(factors));
    const engine = await compile(task.spec);
    await take(engine, task, 1);
    factors.dispose();
    factors = tf.tensor1d([3, 4]);
    await expect(take(engine, task, 2)).rejects.toThrow(
      /tensor float32 \[2\] that the losses use was disposed of/,
    );
  });

  it('is as before the step where the losses after it cannot be computed', async () => {
    let isBroken = false;
    const task = scaledTask(() => {
      if (isBroken) throw new Error('no losses now');
      return tf.scalar(1);
    });
    const engine = await compile(task.spec);
    await take(engine, task, 1);
    const before = await engine.snapshot();
    isBroken = true;
    const told: (readonly number[])[] = [];
    await expect(take(engine, task, 2, (losses) => told.push(losses))).rejects.toThrow(
      /no losses now/,
    );
    expect(told).toEqual([]);
    expect(await engine.snapshot()).toEqual(before);
  });
});
