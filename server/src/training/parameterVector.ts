import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../base/invariant.ts';
import type { ParameterGroup, Tf } from './task.ts';

interface GroupSpan {
  readonly name: string;
  readonly start: number;
  readonly length: number;
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

  constructor(tf: Tf, groups: readonly ParameterGroup[]) {
    this.#tf = tf;
    this.variables = groups.flatMap((group) => group.variables);
    invariant(
      new Set(this.variables).size === this.variables.length,
      'a parameter belongs to one group only',
    );
    let start = 0;
    this.groups = groups.map(({ name, variables }) => {
      const length = variables.reduce((sum, variable) => sum + variable.size, 0);
      const span = { name, start, length };
      start += length;
      return span;
    });
    this.length = start;
  }

  /** The current values, shape [length]. */
  values(): tfc.Tensor1D {
    return this.flatten(this.variables);
  }

  /** One tensor for each variable as a vector of shape [length]; a missing one counts as zeros. */
  flatten(tensors: readonly (tfc.Tensor | undefined)[]): tfc.Tensor1D {
    const tf = this.#tf;
    const parts = this.variables.map((variable, index) => {
      const tensor = tensors[index];
      return tensor
        ? tf.reshape<tfc.Rank.R1>(tensor, [variable.size])
        : tf.zeros<tfc.Rank.R1>([variable.size]);
    });
    return tf.concat1d(parts);
  }

  /** Adds a vector of shape [length] to the parameters. */
  add(update: tfc.Tensor1D): void {
    const tf = this.#tf;
    const sizes = this.variables.map((variable) => variable.size);
    const pieces = tf.split(update, sizes);
    for (const [index, variable] of this.variables.entries()) {
      const piece = pieces[index];
      invariant(piece, 'an update has a piece for every variable');
      variable.assign(tf.add(variable, tf.reshape(piece, variable.shape)));
    }
  }

  /** S Sᵀ of the given vectors for each group: shape [rows, rows] each, in the order of the groups. */
  innerProducts(rows: readonly tfc.Tensor1D[]): tfc.Tensor2D[] {
    const tf = this.#tf;
    const width = this.length;
    const stacked = tf.concat2d(
      rows.map((row) => tf.reshape<tfc.Rank.R2>(row, [1, width])),
      0,
    );
    return this.groups.map(({ start, length }) => {
      const part = tf.slice2d(stacked, [0, start], [rows.length, length]);
      return tf.matMul(part, part, false, true);
    });
  }
}
