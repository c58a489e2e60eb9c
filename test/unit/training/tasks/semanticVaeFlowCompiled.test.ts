import { afterEach, beforeAll, beforeEach, describe, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { createStepSpec } from '../../../../server/src/training/stepSpec.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import { type Made, OpenedEngines } from '../compiled/support/openedEngines.ts';
import { smallSemanticConfig } from '../support/semanticSetup.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => engines.dispose());

function semanticTask(given: Readonly<Record<string, unknown>>): Made {
  const config = smallSemanticConfig({
    model: { width: 5, latent: 3, prototypes: 4 },
    // Adam's first steps have the size of the learning rate whatever the gradient, rounding included.
    optimizer: { name: 'sgd', learning_rate: 0.01 },
    ...given,
  });
  const plan = semanticVaeFlow.plan(config);
  const instance = semanticVaeFlow.create(tf, config, createRandom(7, 'parameters'));
  const spec = createStepSpec(semanticVaeFlow, plan, instance);
  return engines.own({ spec, batch: (seed) => instance.nextBatch(createRandom(seed, 'data')) });
}

describe('a compiled engine takes ten steps of semantic-vae-flow like an eager one', () => {
  it.each<[Readonly<Record<string, unknown>>]>([
    [{}],
    [{ probe: { cut: 'trunk-last' } }],
    [{ kl: { from: 'samples', free_nats: 0.05 } }],
    [{ flow: { source: 'view', target: 'attached', convention: 'sigma' } }],
    [{ flow: { loss: { name: 'velocity', time_weighting: 'ends' } } }],
    [{ latent_scale: { value: 0.18215, kl: 'wrong-scaled' } }],
  ])('%j', async (given) => {
    await engines.expectSameCourse(() => semanticTask(given), 2e-5);
  });
});
