import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import { byName } from './byName.ts';
import { learningRateAt } from './learningRateCourse.ts';
import type { Optimizer, StepCounting } from './optimizer.ts';
import { optimizers } from './optimizers/registry.ts';
import { type ParameterVector, putSpans, type Span, takeSpans } from './parameterVector.ts';
import type { StepState } from './stepState.ts';
import type { Tf, TrainingPlan } from './task.ts';

/** What the parameters are moved by; every vector has the shape [length] of the parameters. */
export interface MoveInput {
  readonly state: Pick<StepState, 'parameters' | 'slots'>;
  readonly gradient: tfc.Tensor1D;
  /** The variables that take part in this step. */
  readonly reached: ReadonlySet<tfc.Variable>;
  /** By the names that `scalars` gives. */
  readonly scalars: Readonly<Record<string, tfc.Scalar>>;
}

export interface MoveResult extends Pick<StepState, 'parameters' | 'slots'> {
  /** The change of the parameters. */
  readonly update: tfc.Tensor1D;
}

/** As in torch.nn.utils.clip_grad_norm_. */
const clipEpsilon = 1e-6;

/**
 * The optimiser of a plan on the vector of all parameters: clipping, the rates and decays of the
 * groups, and which parameters take part. One that no loss in force reaches is left alone in a step
 * as torch leaves one whose `grad` is None: no update, no weight decay, slots as they were. Which do
 * is known before anything is computed, so that a step in which all take part costs nothing more.
 */
export class ParameterUpdate implements Disposable {
  /** Names of the optimiser's vectors. */
  readonly slots: readonly string[];
  readonly #tf: Tf;
  readonly #plan: TrainingPlan;
  readonly #optimizer: Optimizer;
  readonly #counting: StepCounting;
  readonly #parameters: ParameterVector;
  readonly #learningRateFactors: tfc.Tensor1D | undefined;
  readonly #weightDecays: tfc.Tensor1D | undefined;

  constructor(tf: Tf, plan: TrainingPlan, parameters: ParameterVector, counting: StepCounting) {
    this.#tf = tf;
    this.#plan = plan;
    this.#parameters = parameters;
    this.#optimizer = byName(optimizers, plan.optimizer.name);
    this.#counting = counting;
    this.slots = this.#optimizer.slots(plan.optimizer, counting);
    const { groups, weightDecay } = plan.optimizer;
    this.#learningRateFactors = this.#spread((group) => groups[group]?.learningRateFactor ?? 1, 1);
    this.#weightDecays = this.#spread((group) => groups[group]?.weightDecay ?? weightDecay, 0);
  }

  /** The numbers that change from step to step, for step 1, 2, …; always the same names. */
  scalars(step: number): Readonly<Record<string, number>> {
    const { learningRate, steps, optimizer } = this.#plan;
    const rate = learningRateAt(learningRate, step, steps, optimizer.learningRate);
    return this.#optimizer.scalars(optimizer, step, rate, this.#counting);
  }

  move({ state, gradient, reached, scalars }: MoveInput): MoveResult {
    const tf = this.#tf;
    const moving = this.#spansOf(reached);
    if (moving?.length === 0) return this.#stay(state);
    const part = (vector: tfc.Tensor1D) => (moving ? takeSpans(tf, vector, moving) : vector);
    const before = part(state.parameters);
    const { update, slots } = this.#optimizer.update(tf, {
      plan: this.#plan.optimizer,
      counting: this.#counting,
      gradient: this.#clip(part(gradient)),
      parameters: before,
      slots: state.slots.map(part),
      scalars,
      learningRateFactors: this.#learningRateFactors && part(this.#learningRateFactors),
      weightDecays: this.#weightDecays && part(this.#weightDecays),
    });
    const parameters = tf.add<tfc.Tensor1D>(before, update);
    if (!moving) return { update, parameters, slots };
    return {
      update: putSpans(tf, tf.zerosLike(state.parameters), moving, update),
      parameters: putSpans(tf, state.parameters, moving, parameters),
      slots: state.slots.map((slot, index) => putSpans(tf, slot, moving, slots[index] ?? slot)),
    };
  }

  dispose(): void {
    this.#learningRateFactors?.dispose();
    this.#weightDecays?.dispose();
  }

  /** The stretches of the variables that take part; undefined where all do. */
  #spansOf(reached: ReadonlySet<tfc.Variable>): readonly Span[] | undefined {
    const { variables } = this.#parameters;
    const moving = variables.filter((variable) => reached.has(variable));
    return moving.length === variables.length ? undefined : this.#parameters.spans(moving);
  }

  #stay({ parameters, slots }: MoveInput['state']): MoveResult {
    return {
      update: this.#tf.zerosLike(parameters),
      parameters: parameters.clone(),
      slots: slots.map((slot) => slot.clone()),
    };
  }

  /** Scales a gradient that is longer than the plan allows (Pascanu et al. 2013, algorithm 1). */
  #clip(gradient: tfc.Tensor1D): tfc.Tensor1D {
    const tf = this.#tf;
    const { clipNorm } = this.#plan;
    if (clipNorm === undefined) return gradient;
    const norm = tf.sqrt(tf.sum(tf.square(gradient)));
    // In this order, or WebAssembly would make 1 of the minimum where the norm is NaN.
    return tf.mul(gradient, tf.minimum(tf.div(clipNorm, tf.add(norm, clipEpsilon)), 1));
  }

  /** A number for each group spread over its parameters; undefined where it is the neutral one. */
  #spread(numberOf: (group: string) => number, neutral: number): tfc.Tensor1D | undefined {
    const { groups, length: size } = this.#parameters;
    const numbers = groups.map(({ name }) => numberOf(name));
    if (numbers.every((number) => number === neutral)) return undefined;
    const values = new Float32Array(size);
    for (const [index, { start, length }] of groups.entries()) {
      values.fill(numbers[index] ?? neutral, start, start + length);
    }
    return this.#tf.keep(this.#tf.tensor1d(values));
  }
}
