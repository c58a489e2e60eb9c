import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import { AveragedGradients } from './averagedGradients.ts';
import { byName } from './byName.ts';
import { type RecordedForward, recordForward } from './gradientTape.ts';
import { learningRateAt } from './learningRateCourse.ts';
import { namedLosses } from './namedLosses.ts';
import type { Optimizer } from './optimizer.ts';
import { optimizers } from './optimizers/registry.ts';
import { cutToShapes, flatten, ParameterVector, type Span, takeSpans } from './parameterVector.ts';
import { ProbedParameters } from './probedParameters.ts';
import type { StepKind, StepSpec } from './stepEngine.ts';
import type { StateLayout, StepState } from './stepState.ts';
import { strategies } from './strategies/registry.ts';
import type { StrategyNeed } from './strategy.ts';
import type { Batch, Tf } from './task.ts';

/** A weight as a tensor; undefined for 0, which leaves its term out: 0 · NaN would not be nothing. */
export type WeightTensor = tfc.Scalar | undefined;

type Scalars = Readonly<Record<string, tfc.Scalar>>;

/** What is seen of a batch before the weights are known, to be averaged over batches. */
export interface Look {
  /** The losses, shape [K]; in a probe the row of each loss; the gradient of the loss in turn. */
  readonly vectors: readonly tfc.Tensor1D[];
  /** In a probe, for each loss and group (or the cut alone) whether there is a path of gradients. */
  readonly paths: readonly (readonly boolean[])[] | undefined;
}

export interface FinishInput {
  readonly kind: StepKind;
  readonly state: StepState;
  /** The vectors of a look, averaged over the batches. */
  readonly looks: readonly tfc.Tensor1D[];
  /** The gradient of the weighted sum over all parameters, if `needsMergedGradient`. */
  readonly gradient: tfc.Tensor1D | undefined;
  readonly weights: readonly WeightTensor[];
  /** By the names that `scalars` gives. */
  readonly scalars: Scalars;
}

export interface FinishResult {
  /** Shape [K] for a plain step: the losses. After a probe the inner products of each group follow. */
  readonly packed: tfc.Tensor1D;
  readonly state: StepState;
}

const momentumScalar = 'teacherMomentum';
/** As in torch.nn.utils.clip_grad_norm_. */
const clipEpsilon = 1e-6;

/**
 * The parts of which every engine makes a step. Each is a pure function of tensors, whether they
 * hold numbers (an eager engine) or stand for values of a graph (a compiled one), so that the
 * mathematics of a step is written once.
 */
export class StepParts implements Disposable {
  readonly parameters: ParameterVector;
  readonly layout: StateLayout;
  readonly needs: StrategyNeed;
  readonly #tf: Tf;
  readonly #spec: StepSpec;
  readonly #optimizer: Optimizer;
  readonly #probed: ProbedParameters;
  readonly #averages: AveragedGradients | undefined;
  readonly #studentSpans: readonly Span[];
  readonly #learningRateFactors: tfc.Tensor1D | undefined;
  readonly #weightDecays: tfc.Tensor1D | undefined;

  /** @throws where the plan asks for what cannot be, in words */
  constructor(tf: Tf, spec: StepSpec) {
    const { instance, plan, terms } = spec;
    this.#tf = tf;
    this.#spec = spec;
    this.#optimizer = byName(optimizers, plan.optimizer.name);
    this.parameters = new ParameterVector(tf, instance.groups);
    this.#probed = new ProbedParameters(tf, spec, this.parameters);
    const { needs, moments, name } = byName(strategies, plan.strategy);
    this.needs = needs;
    if (moments && this.#probed.isCut) {
      throw new Error(
        `The strategy ${name} averages the gradients of all parameters, so probes cannot be cut at ${plan.probeCut}.`,
      );
    }
    this.#averages = moments && new AveragedGradients(tf, moments, terms.length);
    this.layout = {
      parameters: this.parameters.length,
      slots: this.#optimizer.slots(plan.optimizer),
      averages: moments ? terms.length : 0,
      teacher: instance.teacher?.pairs.reduce((sum, { teacher }) => sum + teacher.size, 0),
    };
    const students = instance.teacher?.pairs.map(({ student }) => student) ?? [];
    this.#studentSpans = this.parameters.spans(students);
    const { groups } = plan.optimizer;
    this.#learningRateFactors = this.#spread((group) => groups[group]?.learningRateFactor ?? 1, 1);
    this.#weightDecays = this.#spread(
      (group) => groups[group]?.weightDecay ?? plan.optimizer.weightDecay,
      0,
    );
  }

  /** Where a run starts: the variables' values, and zeros for the rest. */
  initialState(): StepState {
    const tf = this.#tf;
    const { length } = this.parameters;
    const zeros = (): tfc.Tensor1D => tf.zeros([length]);
    const teachers = this.#teachers();
    return {
      parameters: this.parameters.values(),
      slots: this.layout.slots.map(zeros),
      averages: Array.from({ length: this.layout.averages }, zeros),
      teacher: this.#spec.instance.teacher ? flatten(tf, teachers, teachers) : undefined,
    };
  }

  /** Each variable, the teacher's too, with its part of a state. */
  assignments({
    parameters,
    teacher,
  }: Pick<StepState, 'parameters' | 'teacher'>): readonly (readonly [tfc.Variable, tfc.Tensor])[] {
    const own = this.parameters.pieces(parameters);
    const assigned = this.parameters.variables.map((variable, index) => pair(variable, own[index]));
    if (!teacher) return assigned;
    const teachers = this.#teachers();
    const pieces = cutToShapes(this.#tf, teacher, teachers);
    return [...assigned, ...teachers.map((variable, index) => pair(variable, pieces[index]))];
  }

  /** The numbers that change from step to step, for step 1, 2, …; always the same names. */
  scalars(step: number): Readonly<Record<string, number>> {
    const { plan, instance } = this.#spec;
    const rate = learningRateAt(plan.learningRate, step, plan.steps, plan.optimizer.learningRate);
    const { teacher } = instance;
    return {
      ...this.#optimizer.scalars(plan.optimizer, step, rate),
      ...this.#averages?.scalars(step),
      ...(teacher ? { [momentumScalar]: teacher.momentum(step) } : {}),
    };
  }

  /** One forward pass; the losses are in the order of the terms. */
  forward(batch: Batch): RecordedForward {
    const { instance, terms } = this.#spec;
    return recordForward(this.#tf, this.parameters.variables, () =>
      namedLosses(instance.losses(batch), terms),
    );
  }

  /** The losses of a batch without a tape, shape [K]. */
  losses(batch: Batch): tfc.Tensor1D {
    const { instance, terms } = this.#spec;
    return this.#stacked(namedLosses(instance.losses(batch), terms));
  }

  /** What has to be seen of a batch before the weights are known. */
  look(forward: RecordedForward, kind: StepKind, scalars: Scalars): Look {
    const losses = this.#stacked(forward.losses);
    const measured = kind === 'probe' ? this.#probed.rows(forward) : undefined;
    const turn = this.#averages?.takesTurns
      ? [this.mergedGradient(forward, this.#averages.turns(scalars))]
      : [];
    return { vectors: [losses, ...(measured?.rows ?? []), ...turn], paths: measured?.paths };
  }

  /** Lengths of the vectors of a look. */
  lookLengths(kind: StepKind): readonly number[] {
    const { length: terms } = this.#spec.terms;
    const rows = kind === 'probe' ? Array.from({ length: terms }, () => this.#probed.length) : [];
    return [terms, ...rows, ...(this.#averages?.takesTurns ? [this.parameters.length] : [])];
  }

  /** Whether the step's gradient is that of the weighted sum, by a backward pass of its own. */
  needsMergedGradient(kind: StepKind): boolean {
    return !this.#averages && (kind === 'plain' || this.#probed.isCut);
  }

  /** The gradient of Σ wₖ Lₖ over all parameters, by one backward pass. */
  mergedGradient(forward: RecordedForward, weights: readonly WeightTensor[]): tfc.Tensor1D {
    const { variables } = this.parameters;
    const gradients = forward.gradients((losses) => this.#weightedSum(losses, weights), variables);
    return flatten(this.#tf, variables, gradients);
  }

  /** What the strategy reads: the K losses and, if it needs gradients, their K² inner products. */
  reading(input: Pick<FinishInput, 'kind' | 'state' | 'looks' | 'scalars'>): tfc.Tensor1D {
    const { losses, gradients } = this.#apart(input);
    if (this.needs !== 'gradients') return losses;
    return this.#tf.concat1d([losses, this.#probed.sharedProducts(gradients)]);
  }

  /** The end of a step: clipping, the optimiser, what a probe measures, the teacher. */
  finish(input: FinishInput): FinishResult {
    const tf = this.#tf;
    const { state, scalars } = input;
    const { plan } = this.#spec;
    const { losses, rows, gradients, averages } = this.#apart(input);
    const gradient = this.#clip(input.gradient ?? this.#weightedSum(gradients, input.weights));
    const { update, slots } = this.#optimizer.update(tf, {
      plan: plan.optimizer,
      gradient,
      parameters: state.parameters,
      slots: state.slots,
      scalars,
      learningRateFactors: this.#learningRateFactors,
      weightDecays: this.#weightDecays,
    });
    const parameters = tf.add<tfc.Tensor1D>(state.parameters, update);
    const teacher = state.teacher && this.#follow(state.teacher, parameters, scalars);
    const packed =
      input.kind === 'plain'
        ? losses
        : tf.concat1d([losses, ...this.#probed.measure(rows, state.parameters, update)]);
    return { packed, state: { parameters, slots, averages, teacher } };
  }

  dispose(): void {
    this.#learningRateFactors?.dispose();
    this.#weightDecays?.dispose();
  }

  /** A look taken apart; `gradients` is what the strategy combines: the rows or their averages. */
  #apart({ kind, state, looks, scalars }: Omit<FinishInput, 'gradient' | 'weights'>) {
    const [losses, ...rest] = looks;
    if (!losses) throw new Error('Broken invariant: a step has a batch');
    const rows = kind === 'probe' ? rest.slice(0, this.#spec.terms.length) : [];
    if (!this.#averages) return { losses, rows, gradients: rows, averages: [] };
    const updated = this.#averages.update({
      averages: state.averages,
      gradients: this.#averages.takesTurns ? rest.slice(-1) : rows,
      losses,
      scalars,
    });
    return { losses, rows, gradients: updated.corrected, averages: updated.averages };
  }

  #stacked(losses: readonly tfc.Scalar[]): tfc.Tensor1D {
    const tf = this.#tf;
    return tf.concat1d(losses.map((loss) => tf.reshape<tfc.Rank.R1>(loss, [1])));
  }

  #teachers(): readonly tfc.Variable[] {
    return this.#spec.instance.teacher?.pairs.map(({ teacher }) => teacher) ?? [];
  }

  /** Scales a gradient that is longer than the plan allows (Pascanu et al. 2013, algorithm 1). */
  #clip(gradient: tfc.Tensor1D): tfc.Tensor1D {
    const tf = this.#tf;
    const { clipNorm } = this.#spec.plan;
    if (clipNorm === undefined) return gradient;
    const norm = tf.sqrt(tf.sum(tf.square(gradient)));
    // In this order, or WebAssembly would make 1 of the minimum where the norm is NaN.
    return tf.mul(gradient, tf.minimum(tf.div(clipNorm, tf.add(norm, clipEpsilon)), 1));
  }

  /** teacher ← m · teacher + (1 − m) · student, written as a step towards the student. */
  #follow(teacher: tfc.Tensor1D, parameters: tfc.Tensor1D, scalars: Scalars): tfc.Tensor1D {
    const tf = this.#tf;
    const student = takeSpans(tf, parameters, this.#studentSpans);
    const momentum = scalars[momentumScalar];
    if (!momentum) throw new Error('Broken invariant: the teacher has a momentum at every step');
    return tf.add(teacher, tf.mul(tf.sub(1, momentum), tf.sub(student, teacher)));
  }

  /** Σ wₖ xₖ. */
  #weightedSum<T extends tfc.Tensor>(terms: readonly T[], weights: readonly WeightTensor[]): T {
    const tf = this.#tf;
    const weighted = terms.flatMap((term, index) => {
      const weight = weights[index];
      return weight ? [tf.mul<T>(term, weight)] : [];
    });
    const [first] = terms;
    if (weighted.length === 0 && first) return tf.zerosLike<T>(first);
    return weighted.length === 1 && weighted[0] ? weighted[0] : tf.addN<T>(weighted);
  }

  /** A number for each group spread over its parameters; undefined where it is the neutral one. */
  #spread(numberOf: (group: string) => number, neutral: number): tfc.Tensor1D | undefined {
    const numbers = this.parameters.groups.map(({ name }) => numberOf(name));
    if (numbers.every((number) => number === neutral)) return undefined;
    const values = new Float32Array(this.parameters.length);
    for (const [index, { start, length }] of this.parameters.groups.entries()) {
      values.fill(numbers[index] ?? neutral, start, start + length);
    }
    return this.#tf.keep(this.#tf.tensor1d(values));
  }
}

function pair(
  variable: tfc.Variable,
  piece: tfc.Tensor | undefined,
): readonly [tfc.Variable, tfc.Tensor] {
  if (!piece) throw new Error('Broken invariant: a state has a piece for every variable');
  return [variable, piece];
}
