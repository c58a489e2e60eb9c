import { afterEach, beforeAll, beforeEach, describe, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { createStepSpec } from '../../../../server/src/training/stepSpec.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import { type Made, OpenedEngines } from '../compiled/support/openedEngines.ts';
import { smallEmotionConfig } from '../support/multimodalEmotionSetup.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

let engines: OpenedEngines;
beforeEach(() => {
  engines = new OpenedEngines(tf);
});
afterEach(() => engines.dispose());

function emotionTask(given: Readonly<Record<string, unknown>>): Made {
  const config = smallEmotionConfig({
    model: { width: 5, feature_size: 4, code_size: 3 },
    // Adam's first steps have the size of the learning rate whatever the gradient, rounding included.
    optimizer: { name: 'sgd', learning_rate: 0.05 },
    ...given,
  });
  const plan = multimodalEmotion.plan(config);
  const instance = multimodalEmotion.create(tf, config, createRandom(7, 'parameters'));
  const spec = createStepSpec(multimodalEmotion, plan, instance);
  return engines.own({ spec, batch: (seed) => instance.nextBatch(createRandom(seed, 'data')) });
}

describe('a compiled engine takes ten steps of multimodal-emotion like an eager one', () => {
  it.each<[Readonly<Record<string, unknown>>]>([
    [{}],
    [{ probe: { cut: 'fusion-gate' } }],
    [{ loss: { class_weights: 'balanced', encoder_loss: 'smooth-l1' } }],
    [{ loss: { classification_loss: { name: 'cross-entropy', label_smoothing: 0.1 } } }],
    [{ loss: { classification_loss: 'focal', class_weights: [1, 1, 2, 2, 3, 4] } }],
    [{ loss: { encoder_loss: { name: 'modality-squared-error', weights: [1, 2, 4] } } }],
    [{ loss: { encoder_loss: 'absolute-error', cl_view: 'noise' } }],
    [{ loss: { cl_loss: { name: 'info-nce', direction: 'queries' }, gate_reg_weight: 0 } }],
    [{ loss: { gate_reg_loss: { name: 'gate-entropy', over: 'samples' } } }],
    [{ labels: 'multi' }],
    [{ labels: 'multi', loss: { class_weights: 'balanced' } }],
    [{ labels: 'multi', loss: { classification_loss: 'sigmoid-focal' } }],
  ])('%j', async (given) => {
    await engines.expectSameCourse(() => emotionTask(given), 2e-5);
  });
});
