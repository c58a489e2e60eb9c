import type * as tfc from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import { recordForward } from '../../../../server/src/training/gradientTape.ts';
import type { Batch, TaskInstance, Tf } from '../../../../server/src/training/task.ts';

/** Value of one loss, and the norm of its gradient in each module; null where there is no path. */
export function differentiateTerm(tf: Tf, instance: TaskInstance, term: string, batch: Batch) {
  const variables = instance.groups.flatMap((group) => group.variables);
  const forward = recordForward(tf, variables, () => {
    const loss = instance.losses(batch)[term];
    return loss ? [loss] : [];
  });
  const [loss = tf.scalar(Number.NaN)] = forward.losses;
  const norms = instance.groups.map(({ name, variables: own }) => {
    const slopes = forward.gradients(([only = loss]) => only, own);
    const squares = slopes.flatMap((slope) =>
      slope ? [...slope.dataSync()].map((value) => value ** 2) : [],
    );
    tf.dispose(slopes.flatMap((slope) => slope ?? []));
    const sum = squares.reduce((all, value) => all + value, 0);
    return [name, squares.length === 0 ? null : Math.sqrt(sum)] as const;
  });
  const value = loss.dataSync()[0];
  forward.dispose();
  return { value, norms: Object.fromEntries(norms) };
}

/** Expects the values of a tensor to four digits behind the point. */
export function expectClose(tensor: tfc.Tensor, wanted: readonly number[]): void {
  const values = [...tensor.dataSync()];
  expect(values).toHaveLength(wanted.length);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(wanted[index] ?? 0, 4);
}
