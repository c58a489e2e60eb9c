import type * as tfc from '@tensorflow/tfjs-core';

import type { ParameterGroup, TaskInstance, Tf } from './task.ts';

/** A stretch of a flat vector. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** A group's parameters: one stretch for all of them. */
export interface GroupSpan extends Span {
  readonly name: string;
}

/**
 * All parameters of a task as one flat vector, group after group. The optimiser and the probes work
 * on it: a dozen operations for the whole model instead of a dozen for each variable.
 */
export class ParameterVector {
  readonly variables: readonly tfc.Variable[];
  readonly groups: readonly GroupSpan[];
  readonly length: number;
  readonly #tf: Tf;
  readonly #spans: ReadonlyMap<tfc.Variable, Span>;

  /** @throws where a group or a parameter occurs twice, or is not float32, saying which. */
  constructor(tf: Tf, groups: readonly ParameterGroup[]) {
    this.#tf = tf;
    checkGroups(groups);
    this.variables = groups.flatMap((group) => group.variables);
    const spans = new Map<tfc.Variable, Span>();
    let start = 0;
    this.groups = groups.map(({ name, variables }) => {
      const groupStart = start;
      for (const variable of variables) {
        spans.set(variable, { start, length: variable.size });
        start += variable.size;
      }
      return { name, start: groupStart, length: start - groupStart };
    });
    this.#spans = spans;
    this.length = start;
  }

  /** The stretches of the given variables, neighbours joined. */
  spans(variables: readonly tfc.Variable[]): readonly Span[] {
    const joined: Span[] = [];
    for (const variable of variables) {
      const span = this.#spans.get(variable);
      if (!span) throw new Error(`A ${describeVariable(variable)} is in no parameter group.`);
      const last = joined.at(-1);
      if (last && last.start + last.length === span.start) {
        joined[joined.length - 1] = { start: last.start, length: last.length + span.length };
      } else joined.push(span);
    }
    return joined;
  }

  /** The current values of the variables, shape [length]. */
  values(): tfc.Tensor1D {
    return flatten(this.#tf, this.variables, this.variables);
  }

  /** Cuts a vector of shape [length] into one tensor for each variable, of its shape. */
  pieces(vector: tfc.Tensor1D): readonly tfc.Tensor[] {
    return cutToShapes(this.#tf, vector, this.variables);
  }
}

/** One vector out of one tensor for each variable; a missing one counts as zeros. */
export function flatten(
  tf: Tf,
  variables: readonly tfc.Variable[],
  tensors: readonly (tfc.Tensor | undefined)[],
): tfc.Tensor1D {
  const parts = variables.map((variable, index) => {
    const tensor = tensors[index];
    return tensor
      ? tf.reshape<tfc.Rank.R1>(tensor, [variable.size])
      : tf.zeros<tfc.Rank.R1>([variable.size]);
  });
  return tf.concat1d(parts);
}

/** The inverse of `flatten`. */
export function cutToShapes(
  tf: Tf,
  vector: tfc.Tensor1D,
  variables: readonly tfc.Variable[],
): readonly tfc.Tensor[] {
  const sizes = variables.map((variable) => variable.size);
  const pieces = tf.split(vector, sizes);
  return pieces.map((piece, index) => tf.reshape(piece, variables[index]?.shape ?? []));
}

/** The given stretches of a vector, one after the other. */
export function takeSpans(tf: Tf, vector: tfc.Tensor1D, spans: readonly Span[]): tfc.Tensor1D {
  const [only] = spans;
  if (spans.length === 1 && only?.start === 0 && only.length === vector.size) return vector;
  return tf.concat1d(spans.map(({ start, length }) => tf.slice1d(vector, start, length)));
}

/** A copy of a vector in which the given stretches, by rising start, are those of `values`. */
export function putSpans(
  tf: Tf,
  vector: tfc.Tensor1D,
  spans: readonly Span[],
  values: tfc.Tensor1D,
): tfc.Tensor1D {
  const pieces: tfc.Tensor1D[] = [];
  let at = 0;
  let taken = 0;
  for (const { start, length } of spans) {
    if (start > at) pieces.push(tf.slice1d(vector, at, start - at));
    pieces.push(tf.slice1d(values, taken, length));
    at = start + length;
    taken += length;
  }
  if (at < vector.size) pieces.push(tf.slice1d(vector, at, vector.size - at));
  return tf.concat1d(pieces);
}

/** The cut of a name. @throws where the instance has none of that name, naming those that it has. */
export function findCut(instance: TaskInstance, name: string): ParameterGroup {
  const cuts = instance.cuts ?? [];
  const cut = cuts.find((candidate) => candidate.name === name);
  if (cut) return cut;
  const known = cuts.map((candidate) => candidate.name).join(', ') || 'none';
  throw new Error(`This task has no cut named ${name} to stop probes at; its cuts: ${known}.`);
}

function checkGroups(groups: readonly ParameterGroup[]): void {
  const owners = new Map<tfc.Variable, string>();
  const names = new Set<string>();
  for (const { name, variables } of groups) {
    if (names.has(name)) throw new Error(`Two parameter groups are named ${name}.`);
    names.add(name);
    for (const variable of variables) {
      checkTrainable(variable, name);
      const owner = owners.get(variable);
      if (owner !== undefined) {
        throw new Error(
          `A ${describeVariable(variable)} is named twice: in the group ${owner} and in the group ${name}.`,
        );
      }
      owners.set(variable, name);
    }
  }
}

function checkTrainable(variable: tfc.Variable, group: string): void {
  if (variable.dtype === 'float32') return;
  throw new Error(
    `A ${describeVariable(variable)} of the group ${group} cannot be trained: only float32 can.`,
  );
}

function describeVariable({ name, shape, dtype }: tfc.Variable): string {
  return `parameter (${name}, ${dtype}, shape [${shape.join(', ')}])`;
}
