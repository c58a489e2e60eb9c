import type * as tfc from '@tensorflow/tfjs-core';

/** What a run carries from step to step; vectors of shape [parameters] but for the last two. */
export interface StepState {
  readonly parameters: tfc.Tensor1D;
  /** The optimiser's, in the order of its slots. */
  readonly slots: readonly tfc.Tensor1D[];
  /** Of each loss's gradients, for strategies that combine those; else none. */
  readonly averages: readonly tfc.Tensor1D[];
  /** The teacher's parameters in the order of its pairs; undefined where there is no teacher. */
  readonly teacher: tfc.Tensor1D | undefined;
  /** The task's running values in their order; undefined where it has none. */
  readonly buffers: tfc.Tensor1D | undefined;
}

/** The vectors of a state, in the order of `stateVectors`. */
export interface StateLayout {
  /** Number of parameters: the length of every vector but the last two. */
  readonly parameters: number;
  /** Names of the optimiser's vectors. */
  readonly slots: readonly string[];
  /** How many averages there are. */
  readonly averages: number;
  /** Length of the teacher's vector; undefined where there is none. */
  readonly teacher: number | undefined;
  /** Length of the buffers' vector; undefined where there is none. */
  readonly buffers: number | undefined;
}

/** The names of the vectors, as a snapshot has them. */
export function stateNames(layout: StateLayout): readonly string[] {
  const { slots, averages, teacher, buffers } = layout;
  return [
    'parameters',
    ...slots,
    ...Array.from({ length: averages }, (_, loss) => `average${loss}`),
    ...(teacher === undefined ? [] : ['teacher']),
    ...(buffers === undefined ? [] : ['buffers']),
  ];
}

/** The lengths of the vectors, in the order of their names. */
export function stateLengths(layout: StateLayout): readonly number[] {
  const { parameters, slots, averages, teacher, buffers } = layout;
  const own = Array.from({ length: 1 + slots.length + averages }, () => parameters);
  return [...own, ...[teacher, buffers].filter((length) => length !== undefined)];
}

export function stateVectors({
  parameters,
  slots,
  averages,
  teacher,
  buffers,
}: StepState): readonly tfc.Tensor1D[] {
  const others = [teacher, buffers].filter((vector) => vector !== undefined);
  return [parameters, ...slots, ...averages, ...others];
}

/** The inverse of `stateVectors`. */
export function stateOf(layout: StateLayout, vectors: readonly tfc.Tensor1D[]): StepState {
  const [parameters, ...rest] = vectors;
  if (!parameters || vectors.length !== stateNames(layout).length) {
    throw new Error('Broken invariant: a state has a vector for each of its names');
  }
  const averagesFrom = layout.slots.length;
  const teacherFrom = averagesFrom + layout.averages;
  const buffersFrom = teacherFrom + (layout.teacher === undefined ? 0 : 1);
  return {
    parameters,
    slots: rest.slice(0, averagesFrom),
    averages: rest.slice(averagesFrom, teacherFrom),
    teacher: layout.teacher === undefined ? undefined : rest[teacherFrom],
    buffers: rest[buffersFrom],
  };
}

/** A vector of a snapshot. @throws where it is missing or of another length, naming both. */
export function takeVector(
  vectors: Readonly<Record<string, Float32Array>>,
  name: string,
  length: number,
): Float32Array {
  const vector = vectors[name];
  if (vector?.length === length) return vector;
  const found = vector ? `${vector.length} numbers` : 'none';
  throw new Error(
    `The checkpoint is of another model: its vector ${name} has ${found}, this one needs ${length}.`,
  );
}
