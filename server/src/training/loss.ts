import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import type { Tf } from './task.ts';

/** A loss made ready for vectors of one width. */
export interface LossFunction extends Disposable {
  /** Compares two tensors of shape [batch, width]. */
  compute(prediction: tfc.Tensor2D, target: tfc.Tensor2D): tfc.Scalar;
}

/** A way to compare a prediction with its target: 0 where they agree, positive elsewhere. */
export interface Loss {
  readonly name: string;
  readonly description: string;
  /** For the generic test. */
  readonly example: {
    readonly prediction: readonly (readonly number[])[];
    readonly target: readonly (readonly number[])[];
    readonly value: number;
  };
  create(tf: Tf, width: number): LossFunction;
}
