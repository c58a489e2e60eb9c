import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import type { Tf } from './task.ts';

export interface OptimizerOptions {
  readonly learningRate: number;
}

/** An optimiser at work on one vector of parameters. */
export interface OptimizerState extends Disposable {
  /**
   * The change of the parameters for this gradient, of the same shape. Called once a step, inside
   * `tf.tidy`; the caller adds the change to the parameters.
   */
  update(gradient: tfc.Tensor1D): tfc.Tensor1D;
}

/** A rule that turns gradients into changes of the parameters. */
export interface Optimizer {
  readonly name: string;
  readonly description: string;
  /** Changes of one parameter for a run of gradients at learning rate 0.1, for the generic test. */
  readonly example: { readonly gradients: readonly number[]; readonly updates: readonly number[] };
  create(tf: Tf, options: OptimizerOptions, length: number): OptimizerState;
}
