import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { createFlowEditWorld } from '../../../../server/src/training/tasks/flowEdit/flowEditWorld.ts';
import { checkOptions } from '../../../../server/src/training/wrongOptions.ts';
import { smallConfig } from '../support/flowEditSetup.ts';

const plainWorld = { conflict: 0, rendererAnisotropy: 1.5 };

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
    const world = createFlowEditWorld(plainWorld);
    expect(createFlowEditWorld(plainWorld).reconstructor.values).toEqual(
      world.reconstructor.values,
    );
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
    const first = await instance.evaluate();
    // What it looks at is still there for a second look.
    expect(await instance.evaluate()).toEqual(first);
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining([
        ...['flow/nmse', 'flow/cos', 'flow/speed_ratio', 'flow/slope', 'flow/target_var'],
        ...['flow/nmse_t0', 'flow/cos_t9', 'flow/cond_gain_cos', 'flow/endpt_rmse@8'],
        ...['psnr', 'psnr@8'],
      ]),
    );
    instance.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shows other pictures, and nothing else, where the world is in conflict', () => {
    const [plain, conflict] = [0, 1].map((share) =>
      createFlowEditWorld({ ...plainWorld, conflict: share }).drawPairs(createRandom(1), 20),
    );
    expect(conflict).toEqual({ ...plain, image: conflict?.image });
    expect(conflict?.image).not.toEqual(plain?.image);
  });

  it.each([
    [{ mode: 'jont' }, /flow_matching\.mode is "jont": did you mean joint\?/],
    [{ exposure: 'twice' }, /exposure is "twice": it must be one of steps, equal\./],
    [{ path: { convention: 'backwards' } }, /path\.convention is "backwards".* noise-to-data/],
    [{ path: { time_scale: 0 } }, /time_scale is 0: it must be greater than 0\./],
    [{ inference: { scal: 1 } }, /inference\.scal is not a key of this task; did you mean scale\?/],
    [{ render_parts: { l2: 0, perceptual: 0 } }, /render_parts.*: one part must be above 0/],
    [
      { render_parts: { lpips: 1 }, render_loss: 'smooth-l1' },
      /render_parts.*: they are those of render_loss: null, not of smooth-l1; set one of the two\./,
    ],
    [
      { mode: 'alternating', normalize_losses: true },
      /mode is "alternating": .* strategy alternating, normalize_losses: true for normalised; set/,
    ],
    [
      { target: 'attached', velocity_loss: 'velocity' },
      /velocity_loss: velocity always detaches its target; set one of the two/,
    ],
    [{ target: 'attached' }, /target: attached needs model\.reconstructor: trained/],
  ])('refuses %j in words', (flow_matching, words) => {
    expect(refusal({ model: { transformer: { editor: { flow_matching } } } })).toMatch(words);
  });

  it.each(['alternating', 'two-stage'])('refuses another strategy beside the mode %s', (mode) => {
    const model = { transformer: { editor: { flow_matching: { mode } } } };
    expect(refusal({ model, strategy: 'pcgrad' })).toBe(
      `strategy is "pcgrad": mode: ${mode} asks for the strategy ${mode}; set one of the two.`,
    );
    expect(refusal({ model, strategy: mode })).toBe('');
  });

  it('refuses options for a group that is not trained', () => {
    const optimizer = { groups: { reconstructor: { learning_rate_factor: 0.1 } } };
    expect(refusal({ optimizer })).toMatch(
      /^optimizer\.groups\.reconstructor is .*: the group needs model\.reconstructor: trained/,
    );
    expect(refusal({ optimizer, model: { reconstructor: 'trained' } })).toBe('');
  });

  it('makes runs of their own of what is chosen', () => {
    const { shape } = flowEdit.plan(
      smallConfig({
        flow: {
          mode: 'detached',
          path: { convention: 'data-to-noise' },
          render_parts: { lpips: 1 },
        },
        world: { conflict: 0.5 },
        reconstructor: 'trained',
      }),
    );
    expect(shape).toBe(
      'batch 16, editor 12, renderer 12, render parts {"l2":1,"perceptual":0.1,"lpips":1}, ' +
        'mode detached, path data-to-noise, reconstructor trained, conflict 0.5',
    );
  });
});

/** What is wrong with a config; empty for nothing. */
function refusal(options: Readonly<Record<string, unknown>>): string {
  const checked = checkOptions(flowEdit, { task: 'flow-edit', ...options });
  return checked.ok ? '' : checked.error.map(({ message }) => message).join(' ');
}
