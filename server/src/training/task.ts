import type * as tfc from '@tensorflow/tfjs-core';
import type { z } from 'zod';

import type { Random } from '../base/random.ts';
import type { ReadyAblation } from '../model/ablation.ts';
import type { LearningRatePlan } from './learningRate.ts';
import type { OptimizerPlan } from './optimizerPlan.ts';

/** The values of a tfjs package, handed to tasks as an argument (decisions.md 19). */
export type Tf = typeof tfc;

/** Parameters that are trained and reported together. */
export interface ParameterGroup {
  readonly name: string;
  readonly variables: readonly tfc.Variable[];
}

/** A loss as the config declares it: its name and the path of its weight. */
export interface TermDeclaration {
  readonly name: string;
  readonly weightPath: readonly string[];
  readonly description: string;
}

/** A place of a task's config where something is chosen by name, with or without options. */
export interface TaskChoice {
  readonly path: readonly string[];
  readonly choices: readonly NamedChoice[];
}

/** A name that a config may choose, in words. */
export interface NamedChoice {
  readonly name: string;
  readonly description: string;
  /** Paper and equation, or the reference implementation. */
  readonly source?: string;
  /** What it is easily got wrong by. */
  readonly trap?: string;
}

/** One mini-batch: host data and random draws that the losses are a pure function of. */
export type Batch = Readonly<Record<string, tfc.Tensor>>;

/** A copy of a parameter that follows it slowly instead of being trained. */
export interface TeacherPair {
  readonly student: tfc.Variable;
  /** Of the student's shape; not part of any group. */
  readonly teacher: tfc.Variable;
}

/** The exponential moving averages of a task: teacher ← m · teacher + (1 − m) · student, after each step. */
export interface Teacher {
  readonly pairs: readonly TeacherPair[];
  /** m at a step, counted from 1. */
  momentum(step: number): number;
}

/**
 * Variables that follow what the forward pass sees instead of being trained, such as a running mean:
 * a task's losses read them as they stood before the step, and after it they are what `next` gave.
 */
export interface Buffers {
  /** Not part of any group. */
  readonly variables: readonly tfc.Variable[];
  /**
   * What each becomes, in their order and shapes. A pure function of the batch, the parameters, the
   * teacher and the buffers, as `losses` is; averaged over the batches that a step accumulates.
   */
  next(batch: Batch): readonly tfc.Tensor[];
}

/** A model with its data, ready to train. Whoever creates it disposes it. */
export interface TaskInstance {
  readonly groups: readonly ParameterGroup[];
  /**
   * Parts of the parameters at which a cut probe may stop: the last block that all losses share, or
   * the heads. Their variables are in `groups` too.
   */
  readonly cuts?: readonly ParameterGroup[];
  readonly teacher?: Teacher;
  readonly buffers?: Buffers;
  /**
   * Draws the batch of one step. The caller disposes its tensors. All that it remembers from one call
   * to the next is in `random`, or a resumed run would see other data.
   * @param step counted from 1, for what moves from step to step; 1 where it is left out
   */
  nextBatch(random: Random, step?: number): Batch;
  /**
   * One forward pass: every loss as a scalar, unweighted, in the order of the declarations. A pure
   * function of the batch, the parameters, the teacher and the buffers: it draws nothing at random, changes no
   * variable, and what moves from step to step (an annealing factor) comes as a tensor of the batch.
   * A compiled engine keeps the graph of one call; a number of the host is part of that graph.
   */
  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>>;
  /** Figures of the model on held-out data, by metric name. */
  evaluate(): Promise<Readonly<Record<string, number>>>;
  dispose(): void;
}

/** What the training loop takes from a config, whatever the shape of the config. */
export interface TrainingPlan {
  readonly seed: number;
  readonly steps: number;
  readonly optimizer: OptimizerPlan;
  readonly learningRate: LearningRatePlan;
  /** The gradient is scaled down to this L2 norm where it is longer; undefined for never. */
  readonly clipNorm: number | undefined;
  /** Mini-batches whose gradients are averaged into one step. */
  readonly accumulate: number;
  /** Name of the cut at which probes stop; undefined for probes of all parameters. */
  readonly probeCut: string | undefined;
  /** Steps between two looks at the halves of a batch; undefined for none. */
  readonly halvesEvery: number | undefined;
  /** Steps between two looks at weights and activations; undefined for none. */
  readonly statisticsEvery: number | undefined;
  /** Steps between two looks at held-out data. */
  readonly evaluateEvery: number;
  readonly strategy: string;
  /** As the strategy's schema completed them. */
  readonly strategyOptions: unknown;
  /** The term to which a strategy that needs one scales the others. */
  readonly referenceTerm: string;
  /** Names of the losses that this config trains with, in the order of the task's terms. */
  readonly terms: readonly string[];
  /** Weights in the order of `terms`. */
  readonly weights: readonly number[];
  /** What the cost of a step depends on, in words; the choice of a backend is kept under it. */
  readonly shape: string;
}

/** What can be said of a task without creating it; `configSchema` validates and completes a config. */
export interface TaskOutline<Config = unknown> {
  readonly name: string;
  readonly description: string;
  readonly configSchema: z.ZodType<Config>;
  /** All losses that a config may have; its plan says which it has. */
  readonly terms: readonly TermDeclaration[];
  /** What its config chooses by name, beside what every task's does. */
  readonly choices?: readonly TaskChoice[];
  /** The experiments that its users ask for, ready to run. */
  readonly ablations?: readonly ReadyAblation[];
  /** Name of the group that all losses share; gradient figures without `@` refer to it. */
  readonly sharedGroup: string;
  /** Familiar names under which canonical metrics are logged too: `velocity_loss` for `loss/velocity`. */
  readonly aliases: Readonly<Record<string, string>>;
  plan(config: Config): TrainingPlan;
}

/** A training problem. */
export interface Task<Config = unknown> extends TaskOutline<Config> {
  create(tf: Tf, config: Config, random: Random): TaskInstance;
}
