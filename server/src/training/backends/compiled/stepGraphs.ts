import type * as tfc from '@tensorflow/tfjs-core';

import type { StepKind } from '../../stepEngine.ts';
import type { FinishInput, Look, LookInput, StepParts, WeightTensor } from '../../stepParts.ts';
import {
  type StepState,
  stateLengths,
  stateNames,
  stateOf,
  stateVectors,
} from '../../stepState.ts';
import type { Batch, Tf } from '../../task.ts';
import type { ValueType } from './graph.ts';
import type { TraceOptions, Tracing } from './trace.ts';

/** A step, or only the losses of a batch at the parameters of now. */
export type GraphKind = StepKind | 'losses';

/** What the graphs of a step depend on; steps that agree in it share their graphs. */
export interface StepForm {
  readonly kind: GraphKind;
  /** For each loss whether its weight is not zero. */
  readonly weighed: readonly boolean[];
  readonly batch: Readonly<Record<string, ValueType>>;
}

export interface StepSource {
  readonly tf: Tf;
  readonly parts: StepParts;
  readonly terms: number;
  readonly accumulate: number;
}

/** For each loss and group (or the cut alone) whether there is a path of gradients. */
export type Paths = NonNullable<Look['paths']>;
/** The variables that take part in a step. */
export type Reached = FinishInput['reached'];

/** Told what is known of a step once it is traced. */
export interface TraceListener {
  paths(paths: Paths): void;
  reached(variables: Reached): void;
}

/** Names of inputs and outputs. */
export const names = {
  /** A vector that goes from step to step. */
  state: (name: string) => `state/${name}`,
  /** What a vector of the state, or a sum over batches, is afterwards. */
  next: (name: string) => `next/${name}`,
  packed: 'packed',
  /** What the strategy reads: the losses and, for gradients, their inner products. */
  reading: 'reading',
  gradientSum: 'gradientSum',
  scalar: (name: string) => `scalar/${name}`,
  weight: (index: number) => `weight/${index}`,
  batch: (name: string) => `batch/${name}`,
  /** The vectors of a look, summed over batches. */
  lookSum: (index: number) => `lookSum/${index}`,
};

const scalar: ValueType = { shape: [], dtype: 'float32' };

/** A whole step of one batch as one graph. */
export function wholeStep(
  source: StepSource,
  form: StepForm,
  listener: TraceListener,
): TraceOptions {
  const { kind } = form;
  if (kind === 'losses') return lossesOnly(source, form);
  return {
    inputs: {
      ...stateInputs(source),
      ...scalarInputs(source),
      ...weightInputs(form),
      ...batchInputs(form),
    },
    build(tracing) {
      const { parts } = source;
      const [state, weights] = [bindState(source, tracing), weightsOf(form, tracing)];
      const scalars = scalarsOf(source, tracing);
      const batch = batchOf(form, tracing);
      const forward = parts.forward(batch);
      try {
        const looks = look(source, { kind, batch, forward, scalars }, listener);
        const reached = new Set(parts.reached(forward, weights));
        const gradient = parts.needsMergedGradient(kind)
          ? parts.mergedGradient(forward, weights)
          : undefined;
        return finish(source, { kind, state, looks, gradient, weights, reached, scalars });
      } finally {
        forward.dispose();
      }
    },
  };
}

/** One batch of several: its look and gradient are added to those of the batches before. */
export function gatherBatch(
  source: StepSource,
  form: StepForm,
  kind: StepKind,
  listener: TraceListener,
): TraceOptions {
  return {
    inputs: {
      ...stateInputs(source),
      ...scalarInputs(source),
      ...weightInputs(form),
      ...batchInputs(form),
      ...sumInputs(source, kind),
    },
    build(tracing) {
      const { tf, parts } = source;
      bindState(source, tracing);
      const weights = weightsOf(form, tracing);
      const scalars = scalarsOf(source, tracing);
      const batch = batchOf(form, tracing);
      const forward = parts.forward(batch);
      try {
        const sums: Record<string, tfc.Tensor> = {};
        const looks = look(source, { kind, batch, forward, scalars }, listener);
        listener.reached(new Set(parts.reached(forward, weights)));
        for (const [index, seen] of looks.entries()) {
          const name = names.lookSum(index);
          sums[names.next(name)] = tf.add(tracing.input(name), seen);
        }
        if (parts.needsMergedGradient(kind)) {
          const gradient = parts.mergedGradient(forward, weights);
          sums[names.next(names.gradientSum)] = tf.add(tracing.input(names.gradientSum), gradient);
        }
        return sums;
      } finally {
        forward.dispose();
      }
    },
  };
}

/** The end of a step whose batches were gathered; `reached` is what was told of them. */
export function finishBatches(
  source: StepSource,
  form: StepForm,
  kind: StepKind,
  reached: Reached,
): TraceOptions {
  const sums = sumInputs(source, kind);
  const { parts } = source;
  return {
    inputs: { ...stateInputs(source), ...scalarInputs(source), ...weightInputs(form), ...sums },
    build(tracing) {
      const mean = (name: string) =>
        source.tf.mul<tfc.Tensor1D>(vector(tracing, name), 1 / source.accumulate);
      const looks = parts.lookLengths(kind).map((_, index) => mean(names.lookSum(index)));
      const gradient = parts.needsMergedGradient(kind) ? mean(names.gradientSum) : undefined;
      const [state, weights] = [bindState(source, tracing), weightsOf(form, tracing)];
      const scalars = scalarsOf(source, tracing);
      return finish(source, { kind, state, looks, gradient, weights, reached, scalars });
    },
  };
}

/** The sums over batches, by name. */
export function sumInputs({ parts }: StepSource, kind: StepKind): Record<string, ValueType> {
  const looks = parts
    .lookLengths(kind)
    .map((length, index) => [names.lookSum(index), vectorType(length)]);
  const gradient = vectorType(parts.parameters.length);
  const merged = parts.needsMergedGradient(kind) ? [[names.gradientSum, gradient]] : [];
  return Object.fromEntries([...looks, ...merged]);
}

function lossesOnly(source: StepSource, form: StepForm): TraceOptions {
  return {
    inputs: { ...stateInputs(source), ...batchInputs(form) },
    build(tracing) {
      bindState(source, tracing);
      return { [names.reading]: source.parts.losses(batchOf(form, tracing)) };
    },
  };
}

/** The vectors of the step before, by name. */
function stateInputs({ parts: { layout } }: StepSource): Record<string, ValueType> {
  const lengths = stateLengths(layout);
  return Object.fromEntries(
    stateNames(layout).map((name, index) => [names.state(name), vectorType(lengths[index] ?? 0)]),
  );
}

function scalarInputs({ parts }: StepSource): Record<string, ValueType> {
  // The names are the same at every step.
  const scalars = Object.keys(parts.scalars(1));
  return Object.fromEntries(scalars.map((name) => [names.scalar(name), scalar]));
}

function weightInputs({ weighed }: StepForm): Record<string, ValueType> {
  return Object.fromEntries(
    weighed.flatMap((isWeighed, index) => (isWeighed ? [[names.weight(index), scalar]] : [])),
  );
}

function batchInputs({ batch }: StepForm): Record<string, ValueType> {
  return Object.fromEntries(Object.entries(batch).map(([name, type]) => [names.batch(name), type]));
}

/** The state as tensors; the task's variables stand for the pieces of its parameters. */
function bindState({ parts }: StepSource, tracing: Tracing): StepState {
  const { layout } = parts;
  const vectors = stateNames(layout).map((name) => vector(tracing, names.state(name)));
  const state = stateOf(layout, vectors);
  for (const [variable, piece] of parts.assignments(state)) tracing.bind(variable, piece);
  return state;
}

function scalarsOf({ parts }: StepSource, tracing: Tracing): Readonly<Record<string, tfc.Scalar>> {
  return Object.fromEntries(
    Object.keys(parts.scalars(1)).map((name) => [
      name,
      tracing.input(names.scalar(name)) as tfc.Scalar,
    ]),
  );
}

function weightsOf({ weighed }: StepForm, tracing: Tracing): readonly WeightTensor[] {
  return weighed.map((isWeighed, index) =>
    isWeighed ? (tracing.input(names.weight(index)) as tfc.Scalar) : undefined,
  );
}

function batchOf({ batch }: StepForm, tracing: Tracing): Batch {
  return Object.fromEntries(
    Object.keys(batch).map((name) => [name, tracing.input(names.batch(name))]),
  );
}

function look(
  { parts }: StepSource,
  input: LookInput,
  listener: TraceListener,
): readonly tfc.Tensor1D[] {
  const { vectors, paths } = parts.look(input);
  if (paths) listener.paths(paths);
  return vectors;
}

function finish({ parts }: StepSource, input: FinishInput): Readonly<Record<string, tfc.Tensor>> {
  const { packed, state } = parts.finish(input);
  const vectors = stateVectors(state);
  return {
    ...(parts.needs === 'nothing' ? {} : { [names.reading]: parts.reading(input) }),
    [names.packed]: packed,
    ...Object.fromEntries(
      stateNames(parts.layout).flatMap((name, index) => {
        const next = vectors[index];
        return next ? [[names.next(names.state(name)), next]] : [];
      }),
    ),
  };
}

function vector(tracing: Tracing, name: string): tfc.Tensor1D {
  return tracing.input(name) as tfc.Tensor1D;
}

function vectorType(length: number): ValueType {
  return { shape: [length], dtype: 'float32' };
}
