import type * as tfc from '@tensorflow/tfjs-core';

import type { Batch } from './task.ts';

/** @throws where a tensor of the batch holds nothing: the mean over no rows is not a number. */
export function checkBatch(batch: Batch, step: number): void {
  for (const [name, tensor] of Object.entries(batch)) {
    if (tensor.size > 0) continue;
    throw new Error(
      `The batch of step ${step} is empty: its tensor ${name} has shape ${describeShape(tensor)}.`,
    );
  }
}

/** A tensor of a batch with values that are not finite. */
export interface NonFiniteTensor {
  readonly name: string;
  /** How many, and where the first is, in words. */
  readonly text: string;
}

/**
 * Says for each tensor of a batch that holds values which are not finite how many and where the
 * first is. Looked at when a loss is not finite, to tell bad data from a broken model.
 */
export async function findNonFinite(batch: Batch): Promise<readonly NonFiniteTensor[]> {
  const found: NonFiniteTensor[] = [];
  for (const [name, tensor] of Object.entries(batch)) {
    if (tensor.dtype !== 'float32') continue;
    const values = await tensor.data<'float32'>();
    const first = values.findIndex((value) => !Number.isFinite(value));
    if (first < 0) continue;
    const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    const place = placeOf(first, tensor.shape).join(', ');
    const text = `the tensor ${name} of the batch (float32, shape ${describeShape(tensor)}) holds ${count} of ${values.length} values that are not finite, the first, ${values[first]}, at [${place}]`;
    found.push({ name, text });
  }
  return found;
}

function describeShape({ shape }: tfc.Tensor): string {
  return `[${shape.join(', ')}]`;
}

/** Indices of an element by its place in the flat values. */
function placeOf(flat: number, shape: readonly number[]): readonly number[] {
  const place: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
