import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Batch, ParameterGroup, Tf } from '../../../../server/src/training/task.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import { MultimodalEmotionNetwork } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionNetwork.ts';
import golden from '../../../fixtures/tasks/multimodal-emotion/torch.golden.json' with {
  type: 'json',
};
import { differentiateTerm, expectClose } from '../support/differentiateTerm.ts';
import { smallEmotionConfig } from '../support/multimodalEmotionSetup.ts';

const model = { width: 5, feature_size: 4, code_size: 3 };
const modalities = [
  ['audio', 20],
  ['text', 48],
  ['visual', 32],
] as const;
const rows = 4;

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

const opened: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0).reverse()) each.dispose();
});

/** The same formula as in generate.py. */
function wave(count: number, phase: number, scale: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => scale * Math.sin(phase + 1.3 * i + 0.37 * i * i),
  );
}

/** Weights and biases take turns; both are scaled by the inputs of their layer. */
function setParameters(groups: readonly ParameterGroup[]): void {
  let inputs = 1;
  for (const [number, variable] of groups.flatMap(({ variables }) => variables).entries()) {
    const { shape, size } = variable;
    if (shape.length === 2) inputs = shape[0] ?? 1;
    const values = wave(size, 1 + number, 1.4 / Math.sqrt(inputs));
    const tensor = tf.tensor(values, shape);
    variable.assign(tensor);
    tensor.dispose();
  }
}

function tinyBatch(): Batch {
  const views = modalities.flatMap(([name, size], place) => [
    [name, tf.tensor2d(wave(rows * size, 0.1 + place, 1), [rows, size])] as const,
    [`view/${name}`, tf.tensor2d(wave(rows * size, 0.4 + place, 1), [rows, size])] as const,
  ]);
  const batch = {
    ...Object.fromEntries(views),
    labels: tf.tensor2d(golden.labels, [rows, 1]),
    targets: tf.tensor2d(golden.targets, [rows, 6]),
  };
  opened.push({ dispose: () => tf.dispose(Object.values(batch)) });
  return batch;
}

describe('multimodal-emotion, next to torch,', () => {
  it('has the same forward pass', () => {
    const network = new MultimodalEmotionNetwork(tf, model, createRandom(1));
    opened.push(network);
    setParameters(network.groups);
    const batch = tinyBatch();
    tf.tidy(() => {
      const { audio, text, visual } = batch as Readonly<Record<string, tfc.Tensor2D>>;
      if (!audio || !text || !visual) throw new Error('the batch has all modalities');
      const { code, gateLogits } = network.fuse({ audio, text, visual });
      expectClose(code, golden.code);
      expectClose(gateLogits, golden.gateLogits);
      expectClose(network.classify(code), golden.logits);
    });
  });

  it.each(golden.forms.map((form) => ({ ...form, title: JSON.stringify(form.config) })))(
    'has the same $term and gradients in every module, with $title',
    ({ term, config: { labels, ...loss }, value, norms }) => {
      const config = smallEmotionConfig({ model, loss, ...(labels && { labels }) });
      const instance = multimodalEmotion.create(tf, config, createRandom(1));
      opened.push(instance);
      setParameters(instance.groups);
      const found = differentiateTerm(tf, instance, term, tinyBatch());
      expect(found.value).toBeCloseTo(value, 4);
      for (const [group, norm] of Object.entries(norms)) {
        const own = found.norms[group];
        if (norm === null) expect(own, group).toBeNull();
        else expect((own ?? Number.NaN) / norm, group).toBeCloseTo(1, 4);
      }
    },
  );
});
