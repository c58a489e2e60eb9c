import type { Disposable } from '../base/disposable.ts';
import type { StrategyReading } from './strategy.ts';
import type { Batch, TaskInstance, TrainingPlan } from './task.ts';

/** `probe` measures the gradient of each loss; `plain` only that of their weighted sum. */
export type StepKind = 'plain' | 'probe';

/** What an engine is made for. The instance stays its owner's. */
export interface StepSpec {
  readonly instance: TaskInstance;
  readonly plan: TrainingPlan;
  /** Names of the losses, in the order of the config. */
  readonly terms: readonly string[];
  /** Name of the group that gradient figures without `@` refer to. */
  readonly sharedGroup: string;
  /** A batch like those to come, for engines that prepare; it is the caller's and not trained on. */
  readonly example: Batch;
}

/**
 * An engine cannot take a step that another engine could, such as a compiled one for which the
 * shapes change too often. The parameters are as before the step.
 */
export class EngineUnfitError extends Error {
  override readonly name = 'EngineUnfitError';
}

export interface StepRequest {
  /** Counted from 1. */
  readonly step: number;
  readonly kind: StepKind;
  /** As many as are accumulated; they stay the caller's. */
  readonly batches: readonly Batch[];
  /** The weights of this step, asked for once what the strategy needs has been read. */
  readonly weigh: (reading: StrategyReading) => readonly number[];
  /** Told the losses of the same batches at the new parameters, by a forward pass of its own. */
  readonly after?: (losses: readonly number[]) => void;
}

/** One step taken. What it measured may still lie on the device. */
export interface StepOutcome extends Disposable {
  readonly kind: StepKind;
  /** The weights that were in force, in the order of the terms. */
  readonly weights: readonly number[];
}

/** All vectors that a run carries from step to step, by name, and the step that they stand at. */
export interface EngineSnapshot {
  readonly step: number;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/**
 * The state that a run stood at when it was held, kept where it lies until this is disposed, without
 * a transfer. It needs the memory of one more state from the next step on. Dispose it before the
 * engine.
 */
export interface HeldState extends Disposable {
  /** What the engine's own `snapshot` would have given then. */
  snapshot(): Promise<EngineSnapshot>;
}

/**
 * Takes the optimiser steps of one task: one forward pass, then either one backward pass of the
 * weighted sum, or (`probe`) one for each loss, whose weighted sum is the step's gradient. A probe
 * draws nothing at random and changes the outcome by rounding alone. While it lives, the parameters
 * are the engine's; the instance's variables show them after `publish`.
 */
export interface StepEngine extends Disposable {
  /**
   * For each loss and each group (or the cut alone), whether there is a path of gradients at all;
   * undefined until the first probe. A gradient of zero on a path is a figure, no path is none.
   */
  readonly paths: readonly (readonly boolean[])[] | undefined;
  step(request: StepRequest): Promise<StepOutcome>;
  /**
   * Reads what steps measured in one transfer. For each: the K losses, and after a probe for each
   * group (or the cut alone) the inner products of the K gradients, θ before the step and Δθ,
   * (K+2)² numbers row by row.
   */
  read(outcomes: readonly StepOutcome[]): Promise<readonly Float32Array[]>;
  /** Lets the instance's variables hold the parameters of now, for an evaluation. */
  publish(): Promise<void>;
  snapshot(): Promise<EngineSnapshot>;
  /** Keeps the state of now for a later look, such as a step's that is to be replayed. */
  hold(): HeldState;
  /** Puts back what `snapshot` gave, bit by bit; throws where it is of another task or config. */
  restore(snapshot: EngineSnapshot): Promise<void>;
}
