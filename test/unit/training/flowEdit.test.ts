import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { createFlowEditWorld } from '../../../server/src/training/tasks/flowEdit/flowEditWorld.ts';
import { smallConfig } from './support/flowEditSetup.ts';

describe('flow-edit', () => {
  it('needs nothing but its name', () => {
    const config = flowEdit.configSchema.parse({ task: 'flow-edit' });
    expect(flowEdit.plan(config)).toMatchObject({
      seed: 0,
      steps: 600,
      optimizer: { name: 'adam', learningRate: 0.002 },
      strategy: 'fixed',
      weights: [1, 1],
    });
  });

  it('reads the weights where the declarations say they stand', () => {
    const config: unknown = smallConfig({ velocityWeight: 0.25, renderWeight: 3 });
    const weights = flowEdit.terms.map(({ weightPath }) =>
      weightPath.reduce<unknown>((node, key) => Reflect.get(Object(node), key), config),
    );
    expect(weights).toEqual([0.25, 3]);
    expect(flowEdit.plan(smallConfig({ velocityWeight: 0.25, renderWeight: 3 })).weights).toEqual(
      weights,
    );
  });

  it('has one world, with an orthonormal reconstructor and pictures within [0, 1]', () => {
    const world = createFlowEditWorld();
    expect(createFlowEditWorld().reconstructor.values).toEqual(world.reconstructor.values);
    const { values, columns } = world.reconstructor;
    const column = (index: number) => [...values].filter((_, at) => at % columns === index);
    for (let index = 0; index < columns; index += 1) {
      expect(Math.hypot(...column(index))).toBeCloseTo(1, 5);
      const next = column((index + 1) % columns);
      const product = column(index).reduce((sum, value, at) => sum + value * (next[at] ?? 0), 0);
      expect(product).toBeCloseTo(0, 5);
    }
    const { image } = world.drawPairs(createRandom(1), 50);
    expect(image.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  // Half of a logit-normal lies within (σ(−0.674), σ(0.674)) = (0.338, 0.662), a third of a uniform; of
  // CosMap (4/π) atan(0.324), of modes with s = 1.29 those that come of u within (0.288, 0.712).
  it.each([
    ['uniform', 0.324],
    ['logit-normal', 0.5],
    ['cosmap', 0.4],
    ['mode', 0.594],
    [{ name: 'mode', scale: 0 }, 0.324],
  ])('samples %j times within [0, 1]', async (timeSampling, share) => {
    const tf = await cpu.load();
    const instance = flowEdit.create(tf, smallConfig({ timeSampling }), createRandom(1));
    const random = createRandom(3, 'data');
    const times = Array.from({ length: 40 }, () => {
      const batch = instance.nextBatch(random);
      expect(batch.time?.shape).toEqual([16, 1]);
      const values = [...(batch.time?.dataSync() ?? [])];
      tf.dispose(Object.values(batch));
      return values;
    }).flat();
    instance.dispose();
    expect(times.every((time) => time >= 0 && time <= 1)).toBe(true);
    const middle = times.filter((time) => time > 0.338 && time < 0.662).length / times.length;
    expect(middle).toBeCloseTo(share, 1);
  });

  it('holds no tensor after it is disposed', async () => {
    const tf = await cpu.load();
    const before = tf.memory().numTensors;
    const instance = flowEdit.create(tf, smallConfig(), createRandom(1));
    const metrics = await instance.evaluate();
    expect(Object.keys(metrics).sort()).toEqual([
      'flow/cos',
      'flow/nmse',
      'flow/speed_ratio',
      'psnr',
    ]);
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
