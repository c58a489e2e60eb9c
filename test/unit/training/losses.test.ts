import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';
import { byName } from '../../../server/src/training/byName.ts';
import type { NestedNumbers } from '../../../server/src/training/loss.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
// Made with torch 1.13 by generate.py beside it; the file says the command.
import torch from '../../fixtures/losses/torch.golden.json' with { type: 'json' };
import { evaluateLoss, flatten, type LossCase } from './support/lossCase.ts';

interface GoldenCase extends LossCase {
  readonly loss: string;
  readonly inputs: Readonly<Record<string, NestedNumbers>>;
  readonly value: number;
  readonly gradients: Readonly<Record<string, NestedNumbers>>;
}

/** JSON's type is a union over the cases, in which the names of other cases' inputs are undefined. */
const golden = torch.cases as unknown as readonly GoldenCase[];
/** With torch's cases, and those of the examples, which have what torch lacks. */
const everyCase = [
  ...golden,
  ...losses.map(({ name, example }) => ({ loss: name, ...example })),
].map((given) => ({ ...given, title: JSON.stringify(given.options ?? {}) }));

/** The largest difference in relation to the largest number, which is never taken below 1. */
function distance(found: readonly number[], wanted: readonly number[]): number {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  return Math.max(
    ...wanted.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN)) / scale),
  );
}

function shift(numbers: NestedNumbers, steps: Iterator<number>): NestedNumbers {
  if (typeof numbers !== 'number') return numbers.map((part) => shift(part, steps));
  return numbers + (steps.next().value ?? 0);
}

describe.each([cpu, wasm])('losses on $name', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await backend.load();
  });

  it.each(golden)('$loss as torch has it, with $options', (given) => {
    const before = tf.memory().numTensors;
    const { value, gradients } = evaluateLoss(tf, byName(losses, given.loss), given);
    expect(distance([value], [given.value])).toBeLessThan(3e-6);
    expect(Object.keys(gradients)).toEqual(Object.keys(given.gradients));
    for (const [name, wanted] of Object.entries(given.gradients)) {
      expect(distance(gradients[name] ?? [], flatten(wanted))).toBeLessThan(2e-5);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('losses', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it('are all there, but for those on random features, which torch does not have', () => {
    const covered = new Set(golden.map(({ loss }) => loss));
    const missing = losses.map(({ name }) => name).filter((name) => !covered.has(name));
    expect(missing).toEqual(['perceptual', 'random-lpips']);
  });

  it.each(everyCase)('$loss has the slope of its own value, with $title', (given) => {
    const loss = byName(losses, given.loss);
    const { gradients } = evaluateLoss(tf, loss, given);
    for (const [name, gradient] of Object.entries(gradients)) {
      // One direction says as much as all axes, and more of it stands above the rounding of single precision.
      const direction = gradient.map((_, index) => Math.sin(1 + 3 * index));
      const at = (distanceAlong: number) => {
        const steps = direction.map((part) => part * distanceAlong).values();
        const moved = shift(given.inputs[name] ?? 0, steps);
        return evaluateLoss(tf, loss, { ...given, inputs: { ...given.inputs, [name]: moved } })
          .value;
      };
      const wanted = gradient.reduce((sum, part, i) => sum + part * (direction[i] ?? 0), 0);
      const scale = Math.max(1, Math.abs(wanted));
      // Fourth order, so that the step may be long enough for single precision.
      const width = 4e-3;
      const slope =
        (8 * (at(width) - at(-width)) - (at(2 * width) - at(-2 * width))) / (12 * width);
      expect(Math.abs(slope - wanted) / scale, name).toBeLessThan(4e-3);
    }
  });

  it('random-lpips knows no order, and no size where every feature is far from 0', () => {
    const picture = (phase: number, size: number): NestedNumbers =>
      [0, 1, 2, 3].map((y) => [0, 1, 2].map((x) => [size * Math.sin(phase + y + 2 * x)]));
    const loss = byName(losses, 'random-lpips');
    const of = (first: NestedNumbers, second: NestedNumbers) =>
      evaluateLoss(tf, loss, {
        options: { range: 'signed', epsilon: 1e-10 },
        inputs: { prediction: [first], target: [second] },
      }).value;
    const value = of(picture(0, 1), picture(1, 1));
    expect(value).toBeGreaterThan(0.1);
    expect(of(picture(1, 1), picture(0, 1))).toBeCloseTo(value, 5);
    expect(of(picture(0, 0.25), picture(1, 0.5))).toBeCloseTo(value, 5);
  });
});
