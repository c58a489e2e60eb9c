import type * as tfc from '@tensorflow/tfjs-core';

import type { Batch, Tf } from '../task.ts';

/**
 * The number of samples in a batch: the first extent that most of its tensors share, of several the
 * largest. Scalars have none; undefined for a batch of scalars.
 */
export function batchSize(batch: Batch): number | undefined {
  const counts = new Map<number, number>();
  for (const { shape } of Object.values(batch)) {
    const [rows] = shape;
    if (rows !== undefined) counts.set(rows, (counts.get(rows) ?? 0) + 1);
  }
  const ranked = [...counts].sort(
    ([rows, count], [otherRows, otherCount]) => otherCount - count || otherRows - rows,
  );
  return ranked[0]?.[0];
}

/**
 * The first and the second half of a batch along the first axis, a last odd sample left out.
 * Tensors without that axis stay whole, and the batch's own. Undefined for fewer than two samples.
 * To be called inside `tf.tidy`.
 */
export function halveBatch(tf: Tf, batch: Batch): readonly [Batch, Batch] | undefined {
  const size = batchSize(batch);
  if (size === undefined || size < 2) return undefined;
  const half = Math.floor(size / 2);
  const part = (start: number): Batch =>
    Object.fromEntries(
      Object.entries(batch).map(([name, tensor]) => [
        name,
        tensor.shape[0] === size ? slice(tf, tensor, start, half) : tensor,
      ]),
    );
  return [part(0), part(half)];
}

function slice(tf: Tf, tensor: tfc.Tensor, start: number, rows: number): tfc.Tensor {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor, [start, ...rest.map(() => 0)], [rows, ...rest]);
}
