import { afterEach, beforeEach, describe, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { createStepSpec } from '../../../../server/src/training/stepSpec.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { type Made, OpenedEngines } from '../compiled/support/openedEngines.ts';
import { type SmallConfig, smallConfig } from '../support/flowEditSetup.ts';

let engines: OpenedEngines;
beforeEach(async () => {
  engines = new OpenedEngines(await cpu.load());
});
afterEach(() => engines.dispose());

async function flowEditTask(small: SmallConfig): Promise<() => Made> {
  const tf = await cpu.load();
  // Adam's first steps have the size of the learning rate whatever the gradient, rounding included.
  const config = smallConfig({
    width: 5,
    steps: 10,
    optimizer: 'sgd',
    learningRate: 0.05,
    ...small,
  });
  return () => {
    const instance = flowEdit.create(tf, config, createRandom(7, 'parameters'));
    const spec = createStepSpec(flowEdit, flowEdit.plan(config), instance);
    return engines.own({ spec, batch: (seed) => instance.nextBatch(createRandom(seed, 'data')) });
  };
}

describe('a compiled engine takes ten steps of flow-edit like an eager one', () => {
  it.each<[SmallConfig]>([
    [{}],
    [{ flow: { mode: 'detached' } }],
    [{ flow: { mode: 'two-stage' } }],
    [{ flow: { mode: 'alternating' } }],
    [{ reconstructor: 'trained' }],
    [{ reconstructor: 'trained', flow: { target: 'attached' } }],
    [{ flow: { path: { convention: 'data-to-noise', time_scale: 2 } } }],
    [{ flow: { render_parts: { l2: 0, perceptual: 0, lpips: 1 } } }],
    [{ strategy: { name: 'step', term: 'velocity' } }],
  ])('%j', async (small) => {
    await engines.expectSameCourse(await flowEditTask(small), 2e-5);
  });
});
