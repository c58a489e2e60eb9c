import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import { AveragedGradients } from './averagedGradients.ts';
import { BufferVector } from './bufferVector.ts';
import { byName } from './byName.ts';
import { type RecordedForward, recordForward } from './gradientTape.ts';
import { namedLosses } from './namedLosses.ts';
import { ParameterUpdate } from './parameterUpdate.ts';
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

export interface LookInput {
  readonly kind: StepKind;
  readonly batch: Batch;
  /** The forward pass of the batch. */
  readonly forward: RecordedForward;
  /** By the names that `scalars` gives. */
  readonly scalars: Scalars;
}

/** What is seen of a batch before the weights are known, to be averaged over batches. */
export interface Look {
  /**
   * The losses, shape [K]; in a probe the row of each loss; the gradient of the loss in turn; what
   * the buffers become.
   */
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
  /** What `reached` gave for any of the batches. */
  readonly reached: ReadonlySet<tfc.Variable>;
  /** By the names that `scalars` gives. */
  readonly scalars: Scalars;
}

export interface FinishResult {
  /** Shape [K] for a plain step: the losses. After a probe the inner products of each group follow. */
  readonly packed: tfc.Tensor1D;
  readonly state: StepState;
}

/** A variable with the values that it is to hold. */
type Assignment = readonly [tfc.Variable, tfc.Tensor];

const momentumScalar = 'teacherMomentum';

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
  readonly #update: ParameterUpdate;
  readonly #probed: ProbedParameters;
  readonly #averages: AveragedGradients | undefined;
  readonly #buffers: BufferVector | undefined;
  readonly #studentSpans: readonly Span[];

  /** @throws where the plan asks for what cannot be, in words */
  constructor(tf: Tf, spec: StepSpec) {
    const { instance, plan, terms } = spec;
    this.#tf = tf;
    this.#spec = spec;
    this.parameters = new ParameterVector(tf, instance.groups);
    this.#probed = new ProbedParameters(tf, spec, this.parameters);
    const { needs, moments, name, alternates } = byName(strategies, plan.strategy);
    this.needs = needs;
    const counting = alternates ? 'own steps' : 'steps of the run';
    this.#update = new ParameterUpdate(tf, plan, this.parameters, counting);
    if (moments && this.#probed.isCut) {
      throw new Error(
        `The strategy ${name} averages the gradients of all parameters, so probes cannot be cut at ${plan.probeCut}.`,
      );
    }
    this.#averages = moments && new AveragedGradients(tf, moments, terms.length);
    this.#buffers = this.#createBuffers();
    this.layout = {
      parameters: this.parameters.length,
      slots: this.#update.slots,
      averages: moments ? terms.length : 0,
      teacher: instance.teacher?.pairs.reduce((sum, { teacher }) => sum + teacher.size, 0),
      buffers: this.#buffers?.length,
    };
    const students = instance.teacher?.pairs.map(({ student }) => student) ?? [];
    this.#studentSpans = this.parameters.spans(students);
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
      buffers: this.#buffers?.values(),
    };
  }

  /** Each variable, the teacher's and the buffers too, with its part of a state. */
  assignments({
    parameters,
    teacher,
    buffers,
  }: Pick<StepState, 'parameters' | 'teacher' | 'buffers'>): readonly Assignment[] {
    const teachers = this.#teachers();
    return [
      ...pairs(this.parameters.variables, this.parameters.pieces(parameters)),
      ...(teacher ? pairs(teachers, cutToShapes(this.#tf, teacher, teachers)) : []),
      ...(buffers && this.#buffers
        ? pairs(this.#buffers.variables, this.#buffers.pieces(buffers))
        : []),
    ];
  }

  /** The numbers that change from step to step, for step 1, 2, …; always the same names. */
  scalars(step: number): Readonly<Record<string, number>> {
    const { teacher } = this.#spec.instance;
    return {
      ...this.#update.scalars(step),
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
  look({ forward, batch, kind, scalars }: LookInput): Look {
    const losses = this.#stacked(forward.losses);
    const measured = kind === 'probe' ? this.#probed.rows(forward) : undefined;
    const turn = this.#averages?.takesTurns
      ? [this.mergedGradient(forward, this.#averages.turns(scalars))]
      : [];
    const buffers = this.#buffers ? [this.#buffers.next(batch)] : [];
    const vectors = [losses, ...(measured?.rows ?? []), ...turn, ...buffers];
    return { vectors, paths: measured?.paths };
  }

  /** Lengths of the vectors of a look. */
  lookLengths(kind: StepKind): readonly number[] {
    const { length: terms } = this.#spec.terms;
    const rows = kind === 'probe' ? Array.from({ length: terms }, () => this.#probed.length) : [];
    const turn = this.#averages?.takesTurns ? [this.parameters.length] : [];
    return [terms, ...rows, ...turn, ...(this.#buffers ? [this.#buffers.length] : [])];
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

  /**
   * The variables that take part in a step of a batch: those that a loss whose weight is not 0
   * reaches. It is the same for every kind of step, a cut or not; and where averages of the
   * gradients are combined, all losses that weigh count, those too that are not in turn, since the
   * step goes along all their averages.
   */
  reached(forward: RecordedForward, weights: readonly WeightTensor[]): readonly tfc.Variable[] {
    const weighed = forward.losses.filter((_, index) => weights[index] !== undefined);
    return forward.reached(weighed, this.parameters.variables);
  }

  /** What the strategy reads: the K losses and, if it needs gradients, their K² inner products. */
  reading(input: Pick<FinishInput, 'kind' | 'state' | 'looks' | 'scalars'>): tfc.Tensor1D {
    const { losses, gradients } = this.#apart(input);
    if (this.needs !== 'gradients') return losses;
    return this.#tf.concat1d([losses, this.#probed.sharedProducts(gradients)]);
  }

  /** The end of a step: the update of the parameters, what a probe measures, the teacher, the buffers. */
  finish(input: FinishInput): FinishResult {
    const tf = this.#tf;
    const { state, scalars, reached } = input;
    const { losses, rows, gradients, averages, buffers } = this.#apart(input);
    const gradient = input.gradient ?? this.#weightedSum(gradients, input.weights);
    const { update, parameters, slots } = this.#update.move({ state, gradient, reached, scalars });
    const teacher = state.teacher && this.#follow(state.teacher, parameters, scalars);
    const packed =
      input.kind === 'plain'
        ? losses
        : tf.concat1d([losses, ...this.#probed.measure(rows, state.parameters, update)]);
    return { packed, state: { parameters, slots, averages, teacher, buffers } };
  }

  dispose(): void {
    this.#update.dispose();
  }

  /** A look taken apart; `gradients` is what the strategy combines: the rows or their averages. */
  #apart({
    kind,
    state,
    looks,
    scalars,
  }: Pick<FinishInput, 'kind' | 'state' | 'looks' | 'scalars'>) {
    const [losses, ...rest] = looks;
    if (!losses) throw new Error('Broken invariant: a step has a batch');
    const rows = kind === 'probe' ? rest.slice(0, this.#spec.terms.length) : [];
    // A copy, because what a look gave belongs to the mean.
    const buffers = this.#buffers && rest.at(-1)?.clone();
    if (!this.#averages) return { losses, rows, gradients: rows, averages: [], buffers };
    const updated = this.#averages.update({
      averages: state.averages,
      gradients: this.#averages.takesTurns ? rest.slice(rows.length) : rows,
      losses,
      scalars,
    });
    return { losses, rows, gradients: updated.corrected, averages: updated.averages, buffers };
  }

  #stacked(losses: readonly tfc.Scalar[]): tfc.Tensor1D {
    const tf = this.#tf;
    return tf.concat1d(losses.map((loss) => tf.reshape<tfc.Rank.R1>(loss, [1])));
  }

  #createBuffers(): BufferVector | undefined {
    const { buffers } = this.#spec.instance;
    if (!buffers || buffers.variables.length === 0) return undefined;
    const others = new Set([...this.parameters.variables, ...this.#teachers()]);
    return new BufferVector(this.#tf, buffers, others);
  }

  #teachers(): readonly tfc.Variable[] {
    return this.#spec.instance.teacher?.pairs.map(({ teacher }) => teacher) ?? [];
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
}

function pairs(
  variables: readonly tfc.Variable[],
  pieces: readonly tfc.Tensor[],
): readonly Assignment[] {
  return variables.map((variable, index) => {
    const piece = pieces[index];
    if (!piece) throw new Error('Broken invariant: a state has a piece for every variable');
    return [variable, piece];
  });
}
