import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../../../server/src/base/invariant.ts';
import type { Loss, LossFunction, NestedNumbers } from '../../../../server/src/training/loss.ts';
import { prepareLoss } from '../../../../server/src/training/prepareLoss.ts';
import type { Tf } from '../../../../server/src/training/task.ts';

/** A loss with something to compute it of. */
export interface LossCase {
  readonly options?: unknown;
  readonly inputs: Readonly<Record<string, NestedNumbers>>;
}

/** What a loss gives, and its gradients by the inputs that have one, element by element. */
export interface LossResult {
  readonly value: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

type Tensors = Readonly<Record<string, tfc.Tensor>>;

export function shapeOf(numbers: NestedNumbers): readonly number[] {
  if (typeof numbers === 'number') return [];
  return [numbers.length, ...(numbers[0] === undefined ? [] : shapeOf(numbers[0]))];
}

export function flatten(numbers: NestedNumbers): readonly number[] {
  return typeof numbers === 'number' ? [numbers] : numbers.flatMap(flatten);
}

export function toTensors(tf: Tf, inputs: LossCase['inputs']): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, numbers]) => [
      name,
      tf.tensor([...flatten(numbers)], [...shapeOf(numbers)], 'float32'),
    ]),
  );
}

/** The loss made ready for the inputs of a case. */
export function prepareCase(tf: Tf, loss: Loss, given: LossCase): LossFunction {
  const shapes = Object.fromEntries(
    Object.entries(given.inputs).map(([name, numbers]) => [name, shapeOf(numbers)]),
  );
  const prepared = prepareLoss(tf, loss, { options: given.options, shapes });
  invariant(prepared.ok, prepared.ok ? 'the loss is ready' : prepared.error);
  return prepared.value;
}

/** Names of the inputs to which a gradient flows. */
export function freeInputs(loss: Loss): readonly string[] {
  return Object.entries(loss.inputs).flatMap(([name, { constant }]) => (constant ? [] : [name]));
}

/** Value and gradients as tensors, in a tidy of the caller. */
export function differentiate(
  tf: Tf,
  loss: Loss,
  prepared: LossFunction,
  tensors: Tensors,
): { readonly value: tfc.Tensor; readonly gradients: Tensors } {
  const free = freeInputs(loss);
  const { value, grads } = tf.valueAndGrads((...given: tfc.Tensor[]) => {
    const moved = Object.fromEntries(given.map((tensor, index) => [free[index] ?? '', tensor]));
    return prepared.compute({ ...tensors, ...moved });
  })(
    free.map((name) => {
      const tensor = tensors[name];
      invariant(tensor, `the case has the input ${name}`);
      return tensor;
    }),
  );
  const gradients = grads.map((gradient, index) => [free[index] ?? '', gradient] as const);
  return { value, gradients: Object.fromEntries(gradients) };
}

/** Value and gradients of one case; leaves no tensor behind. */
export function evaluateLoss(tf: Tf, loss: Loss, given: LossCase): LossResult {
  const prepared = prepareCase(tf, loss, given);
  const result = tf.tidy(() => {
    const { value, gradients } = differentiate(tf, loss, prepared, toTensors(tf, given.inputs));
    const read = Object.entries(gradients).map(
      ([name, gradient]) => [name, Array.from(gradient.dataSync())] as const,
    );
    return { value: value.dataSync()[0] ?? Number.NaN, gradients: Object.fromEntries(read) };
  });
  prepared.dispose();
  return result;
}
