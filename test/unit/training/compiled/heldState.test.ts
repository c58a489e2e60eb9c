import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { succeed } from '../../../../server/src/base/result.ts';
import { TensorPool } from '../../../../server/src/training/backends/compiled/tensorPool.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { createEngineWithFallback } from '../../../../server/src/training/engineWithFallback.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { createBufferedTask } from '../support/bufferedTask.ts';
import { type Made, OpenedEngines, train } from './support/openedEngines.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => {
  vi.restoreAllMocks();
  engines.dispose();
});

const make = (): Made => engines.own(createBufferedTask(tf));

describe.each(['eager', 'compiled', 'with a fallback'] as const)('a state held: %s', (kind) => {
  const start = async (made: Made) => {
    if (kind === 'eager') return engines.eager(made);
    const compiled = await engines.compiled(made);
    if (kind === 'compiled') return compiled;
    return createEngineWithFallback({
      tf,
      spec: made.spec,
      create: async () => succeed(compiled),
      notice: () => undefined,
    });
  };

  it('gives what a snapshot would have given then, and changes nothing', async () => {
    const [held, straight] = [make(), make()];
    const [engine, other] = [await start(held), await start(straight)];
    const before = engine.hold();
    const start0 = await engine.snapshot();
    await train(engine, held, ['plain', 'probe']);
    const middle = engine.hold();
    const again = engine.hold();
    const wanted = await engine.snapshot();
    const read = await train(engine, held, ['probe', 'plain', 'plain'], 3);
    expect(await middle.snapshot()).toEqual(wanted);
    expect(await before.snapshot()).toEqual(start0);
    middle.dispose();
    middle.dispose();
    before.dispose();
    await train(engine, held, ['plain'], 6);
    expect(await again.snapshot()).toEqual(wanted);
    again.dispose();
    await train(other, straight, ['plain', 'probe']);
    expect(await train(other, straight, ['probe', 'plain', 'plain'], 3)).toEqual(read);
    await train(other, straight, ['plain'], 6);
    expect(await engine.snapshot()).toEqual(await other.snapshot());
  });

  it('outlives a restore, and lets a run go on from it', async () => {
    const made = make();
    const engine = await start(made);
    await train(engine, made, ['plain']);
    const held = engine.hold();
    const wanted = await engine.snapshot();
    const read = await train(engine, made, ['plain', 'probe'], 2);
    await engine.restore(await held.snapshot());
    expect(await train(engine, made, ['plain', 'probe'], 2)).toEqual(read);
    expect(await held.snapshot()).toEqual(wanted);
    held.dispose();
  });
});

describe('holding', () => {
  it('needs the tensors of one more state, and gives them back', async () => {
    const made = make();
    const engine = engines.eager(made);
    await train(engine, made, ['plain']);
    const { numTensors, numDataBuffers } = tf.memory();
    const held = engine.hold();
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    const vectors = Object.values((await engine.snapshot()).vectors);
    expect(tf.memory().numTensors).toBe(numTensors + vectors.length);
    held.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('keeps memory from the pool until the last who holds it lets go', async () => {
    const given = vi.spyOn(TensorPool.prototype, 'give');
    const made = make();
    const engine = await engines.compiled(made);
    const lengths = Object.values((await engine.snapshot()).vectors).map(({ length }) => length);
    const countState = (): number => {
      const sizes = given.mock.calls.map(([{ dims }]) => dims.join());
      given.mockClear();
      return lengths.filter((length) => sizes.includes(String(length))).length;
    };
    const [first, second] = [engine.hold(), engine.hold()];
    await train(engine, made, ['plain']);
    expect(countState()).toBe(0);
    first.dispose();
    expect(countState()).toBe(0);
    second.dispose();
    expect(countState()).toBe(lengths.length);
    await train(engine, made, ['plain'], 2);
    expect(countState()).toBe(lengths.length);
  });

  it('lets go of what is not the state of the run any more, with the engine', async () => {
    const made = make();
    const engine = await engines.compiled(made);
    const held = engine.hold();
    await train(engine, made, ['plain']);
    engine.dispose();
    const given = vi.spyOn(TensorPool.prototype, 'give');
    held.dispose();
    expect(given).not.toHaveBeenCalled();
  });
});
