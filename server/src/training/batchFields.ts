import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../base/invariant.ts';
import type { Batch } from './task.ts';

/** A field of a batch that the task itself made as a matrix. */
export function matrixOf(batch: Batch, name: string): tfc.Tensor2D {
  const tensor = batch[name];
  invariant(tensor?.rank === 2, `a batch has a matrix ${name}`);
  return tensor as tfc.Tensor2D;
}
