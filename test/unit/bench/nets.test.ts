import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type BenchNet, createNetInstance } from '../../../bench/engine/benchNet.mts';
import { benchNets } from '../../../bench/engine/nets/registry.mts';
import { createRandom } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import type { Batch, TaskInstance, Tf } from '../../../server/src/training/task.ts';
// What `python3 bench/engine/torch_reference.py --golden` prints.
import golden from '../../fixtures/bench/torchNets.golden.json' with { type: 'json' };

interface Expected {
  readonly losses: readonly number[];
  /** Loss by loss, parameter by parameter. */
  readonly gradientNorms: readonly (readonly number[])[];
}

const expected: Readonly<Record<string, Expected>> = golden;
const losses = 3;

/** The same fixed numbers as in torch_reference.py. */
function wave(size: number, phase: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => Math.sin(index * 0.7 + phase));
}

function withWaves(tf: Tf, net: BenchNet): { instance: TaskInstance; batch: Batch } {
  const instance = createNetInstance(tf, net, losses, createRandom(0));
  const variables = instance.groups.flatMap((group) => group.variables);
  for (const [index, variable] of variables.entries()) {
    const values = wave(variable.size, index).map((value) => 0.1 * value);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  const size = net.inputShape.reduce((product, length) => product * length, 1);
  const tensor = (index: number) => tf.tensor(wave(size, 100 + index), [...net.inputShape]);
  const targets = Array.from({ length: losses }, (_, index) => [
    `loss${index + 1}`,
    tensor(index + 1),
  ]);
  return { instance, batch: { input: tensor(0), ...Object.fromEntries(targets) } };
}

describe('nets of the benchmark', () => {
  let tf: Tf;
  beforeEach(async () => {
    tf = await cpu.load();
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
  });

  it.each(benchNets)('$name computes what it computes in PyTorch', async (net) => {
    const { instance, batch } = withWaves(tf, net);
    const values = Object.values(instance.losses(batch)).map((loss) => loss.dataSync()[0]);
    for (const [index, value] of (expected[net.name]?.losses ?? []).entries()) {
      expect(values[index]).toBeCloseTo(value, 5);
    }
    expect(values).toHaveLength(losses);
    instance.dispose();
  });

  // Plain JavaScript takes seconds for the gradients of the convolutions.
  it.each(benchNets.filter(({ name }) => name !== 'conv'))(
    '$name has the gradients that it has in PyTorch',
    (net) => {
      const { instance, batch } = withWaves(tf, net);
      const variables = instance.groups.flatMap((group) => group.variables);
      const { grads } = tf.variableGrads(() => {
        const { loss1 } = instance.losses(batch);
        if (!loss1) throw new Error('A net has a first loss.');
        return loss1;
      }, [...variables]);
      const norms = variables.map((variable) => {
        const gradient = grads[variable.name];
        return gradient ? tf.norm(gradient).dataSync()[0] : undefined;
      });
      for (const [index, norm] of (expected[net.name]?.gradientNorms[0] ?? []).entries()) {
        const relative = Math.abs((norms[index] ?? Number.NaN) / norm - 1);
        expect(relative, net.parameters[index]?.name).toBeLessThan(1e-4);
      }
      expect(norms).toHaveLength(net.parameters.length);
      instance.dispose();
    },
  );
});
