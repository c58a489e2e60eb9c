import { beforeAll, describe, expect, it } from 'vitest';

import { invariant } from '../../../server/src/base/invariant.ts';
import { kernelEmitters } from '../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { traceGraph } from '../../../server/src/training/backends/compiled/trace.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { byName } from '../../../server/src/training/byName.ts';
import type { Loss, NestedNumbers } from '../../../server/src/training/loss.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import torch from '../../fixtures/losses/torch.golden.json' with { type: 'json' };
import { runGraph } from './compiled/support/compareKernel.ts';
import {
  differentiate,
  evaluateLoss,
  freeInputs,
  type LossCase,
  prepareCase,
  toTensors,
} from './support/lossCase.ts';

/** JSON's type is a union over the cases. */
const golden = torch.cases as unknown as readonly (LossCase & { readonly loss: string })[];
const cases = [...golden, ...losses.map(({ name, example }) => ({ loss: name, ...example }))].map(
  (given) => ({ ...given, title: JSON.stringify(given.options ?? {}) }),
);

/** Outputs have names of their own, not those of inputs. */
function slopeOf(input: string): string {
  return `slope of ${input}`;
}

/** Value and gradients of a loss that was traced into a graph, by name of the output. */
async function runTraced(tf: Tf, loss: Loss, given: LossCase) {
  const prepared = prepareCase(tf, loss, given);
  const tensors = toTensors(tf, given.inputs);
  const types = Object.entries(tensors).map(
    ([name, { shape }]) => [name, { shape, dtype: 'float32' }] as const,
  );
  const traced = traceGraph(tf, kernelEmitters, {
    inputs: Object.fromEntries(types),
    build({ input }) {
      const inputs = Object.fromEntries(types.map(([name]) => [name, input(name)]));
      const { value, gradients } = differentiate(tf, loss, prepared, inputs);
      const slopes = Object.entries(gradients).map(
        ([name, slope]) => [slopeOf(name), slope] as const,
      );
      return { value, ...Object.fromEntries(slopes) };
    },
  });
  invariant(traced.ok, traced.ok ? 'the loss was traced' : traced.error);
  const outputs = await runGraph(traced.value, tensors);
  tf.dispose([...Object.values(tensors)]);
  prepared.dispose();
  const named = traced.value.outputs.map(
    ({ name }, index) => [name, outputs[index]?.values ?? []] as const,
  );
  return new Map<string, readonly number[]>(named);
}

function expectClose(found: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  for (const [index, value] of wanted.entries()) {
    expect((found?.[index] ?? Number.NaN) / scale).toBeCloseTo(value / scale, 4);
  }
}

describe('a loss that is compiled', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it.each(cases)('gives what TensorFlow.js gives: $loss, with $title', async (given) => {
    const loss = byName(losses, given.loss);
    const traced = await runTraced(tf, loss, given);
    const { value, gradients } = evaluateLoss(tf, loss, given);
    expectClose(traced.get('value'), [value]);
    for (const name of freeInputs(loss))
      expectClose(traced.get(slopeOf(name)), gradients[name] ?? []);
  });

  const saturated: readonly (LossCase & { readonly loss: string })[] = [
    { loss: 'arcface', inputs: margins([2, 0], [1, 0]) },
    { loss: 'cosface', inputs: margins([0, 0], [1, 0]) },
    { loss: 'cross-entropy', inputs: { logits: [[1e4, 0]], labels: [1] } },
    { loss: 'focal', inputs: { logits: [[1e4, 0]], labels: [0] }, options: { gamma: 0.5 } },
    { loss: 'binary-cross-entropy', inputs: { logits: [[1e4, -1e4]], targets: [[0, 0]] } },
    { loss: 'gaussian-kl', inputs: { mean: [[0, 0]], logVariance: [[1000, -1000]] } },
    { loss: 'gate-entropy', inputs: { logits: [[1e4, 0]] } },
    { loss: 'cosine-distance', inputs: { prediction: [[0, 0]], target: [[1, 0]] } },
  ];

  it.each(saturated)('is as finite as there at an edge: $loss', async (given) => {
    const loss = byName(losses, given.loss);
    const traced = await runTraced(tf, loss, given);
    const { value, gradients } = evaluateLoss(tf, loss, given);
    expectClose(traced.get('value'), [value]);
    for (const name of freeInputs(loss))
      expectClose(traced.get(slopeOf(name)), gradients[name] ?? []);
  });
});

function margins(feature: readonly number[], center: readonly number[]): LossCase['inputs'] {
  const features: NestedNumbers = [feature];
  return { features, centers: [center, [0, 1]], labels: [0] };
}
