import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { TaskInstance, Tf } from '../../../../server/src/training/task.ts';
import { SemanticModel } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticModel.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import golden from '../../../fixtures/tasks/semantic-vae-flow/torch.golden.json' with {
  type: 'json',
};
import { differentiateTerm, expectClose } from '../support/differentiateTerm.ts';
import { smallSemanticConfig } from '../support/semanticSetup.ts';

const model = { width: 5, latent: 3, prototypes: 4 };
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
function setVariables(variables: readonly tfc.Variable[], phase: number): void {
  let inputs = 1;
  for (const [number, variable] of variables.entries()) {
    const { shape, size } = variable;
    if (shape.length === 2) inputs = shape[0] ?? 1;
    const tensor = tf.tensor(wave(size, phase + number, 1.4 / Math.sqrt(inputs)), shape);
    variable.assign(tensor);
    tensor.dispose();
  }
}

function setModel({ groups, pairs }: Pick<SemanticModel, 'groups' | 'pairs'>): void {
  setVariables(
    groups.flatMap(({ variables }) => variables),
    1,
  );
  setVariables(
    pairs.map(({ teacher }) => teacher),
    101,
  );
}

function tinyBatch() {
  const matrix = (columns: number, phase: number) =>
    tf.tensor2d(wave(rows * columns, phase, 1), [rows, columns]);
  const batch = {
    observation: matrix(24, 0.1),
    firstView: matrix(24, 0.2),
    secondView: matrix(24, 0.3),
    teacherFirst: matrix(24, 0.25),
    teacherSecond: matrix(24, 0.35),
    condition: tf.tidy(() => tf.cast(tf.oneHot(golden.labels, 10), 'float32') as tfc.Tensor2D),
    posteriorNoise: matrix(3, 0.5),
    sourceNoise: matrix(3, 0.7),
    time: tf.tensor2d([[0], [0.25], [0.6], [1]]),
    teacherTemperature: tf.scalar(0.05),
  };
  opened.push({ dispose: () => tf.dispose(Object.values(batch)) });
  return batch;
}

function createInstance(config: Readonly<Record<string, unknown>>): TaskInstance {
  const instance = semanticVaeFlow.create(
    tf,
    smallSemanticConfig({ model, ...config }),
    createRandom(1),
  );
  opened.push(instance);
  const { groups, teacher, buffers } = instance;
  setModel({ groups, pairs: teacher?.pairs ?? [] });
  tf.tidy(() => buffers?.variables[0]?.assign(tf.tensor1d(wave(4, 0.2, 0.3))));
  return instance;
}

describe('semantic-vae-flow, next to torch,', () => {
  it('has the same forward pass', () => {
    const network = new SemanticModel(tf, smallSemanticConfig({ model }), createRandom(1));
    opened.push(network);
    setModel(network);
    const batch = tinyBatch();
    tf.tidy(() => {
      const { mean, logVariance } = network.posterior(network.encode(batch.observation));
      expectClose(mean, golden.mean);
      expectClose(logVariance, golden.logVariance);
      expectClose(network.decode(mean), golden.decoded);
      expectClose(network.student(network.encode(batch.firstView)).logits, golden.student);
      expectClose(network.teacher(batch.firstView), golden.teacher);
      const deviation = tf.exp(tf.mul(logVariance, 0.5));
      const latents = tf.add<tfc.Tensor2D>(mean, tf.mul(batch.posteriorNoise, deviation));
      const way = tf.sub(latents, batch.sourceNoise);
      const onPath = tf.add<tfc.Tensor2D>(batch.sourceNoise, tf.mul(batch.time, way));
      expectClose(network.velocity(onPath, batch.time, batch.condition), golden.velocity);
    });
  });

  it('has the same next centre', () => {
    const instance = createInstance({});
    const batch = tinyBatch();
    tf.tidy(() => {
      const [center] = instance.buffers?.next(batch) ?? [];
      expectClose(center ?? tf.scalar(0), golden.nextCenter);
    });
  });

  it.each(golden.forms.map((form) => ({ ...form, title: JSON.stringify(form.config) })))(
    'has the same $term and gradients in every module, with $title',
    ({ term, config, value, norms }) => {
      const found = differentiateTerm(tf, createInstance(config), term, tinyBatch());
      expect((found.value ?? Number.NaN) / value).toBeCloseTo(1, 4);
      for (const [group, norm] of Object.entries(norms)) {
        const own = found.norms[group];
        if (norm === null) expect(own, group).toBeNull();
        else expect((own ?? Number.NaN) / norm, group).toBeCloseTo(1, 4);
      }
    },
  );
});
