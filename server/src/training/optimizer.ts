import type * as tfc from '@tensorflow/tfjs-core';

import type { OptimizerPlan } from './optimizerPlan.ts';
import type { Tf } from './task.ts';

/**
 * What bias corrections count: the steps of the run; or for each parameter the steps that it took
 * part in, where losses come and go. That takes slots of its own.
 */
export type StepCounting = 'steps of the run' | 'own steps';

/** What an update is made from; every vector has the shape [length] of the parameters that take part. */
export interface UpdateInput {
  readonly plan: OptimizerPlan;
  readonly counting: StepCounting;
  readonly gradient: tfc.Tensor1D;
  readonly parameters: tfc.Tensor1D;
  /** As the last update gave them, in the order of `slots`; zeros at the first step. */
  readonly slots: readonly tfc.Tensor1D[];
  /** As `scalars` gave them for this step. */
  readonly scalars: Readonly<Record<string, tfc.Scalar>>;
  /** The groups' factors spread over the parameters; undefined where all are 1. */
  readonly learningRateFactors: tfc.Tensor1D | undefined;
  /** The decay of each parameter; undefined where all are 0. */
  readonly weightDecays: tfc.Tensor1D | undefined;
}

export interface UpdateResult {
  /** The change of the parameters, which the caller adds to them. */
  readonly update: tfc.Tensor1D;
  readonly slots: readonly tfc.Tensor1D[];
}

/**
 * A rule that turns gradients into changes of the parameters. It is a pure function of tensors, so
 * that it can be traced into a graph; what changes from step to step comes in as scalars.
 */
export interface Optimizer {
  readonly name: string;
  readonly description: string;
  /** Changes of one parameter that starts at 1, for a run of gradients at the example's plan. */
  readonly example: {
    readonly plan: Partial<OptimizerPlan>;
    readonly gradients: readonly number[];
    readonly updates: readonly number[];
  };
  /** Names of the vectors that are carried from step to step. */
  slots(plan: OptimizerPlan, counting: StepCounting): readonly string[];
  /** The numbers of one step by name, for step 1, 2, …; always the same names. */
  scalars(
    plan: OptimizerPlan,
    step: number,
    learningRate: number,
    counting: StepCounting,
  ): Readonly<Record<string, number>>;
  update(tf: Tf, input: UpdateInput): UpdateResult;
}
