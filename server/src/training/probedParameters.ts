import type * as tfc from '@tensorflow/tfjs-core';

import type { RecordedForward } from './gradientTape.ts';
import { findCut, flatten, type ParameterVector, type Span, takeSpans } from './parameterVector.ts';
import type { StepSpec } from './stepEngine.ts';
import type { Tf } from './task.ts';

/** The gradient of each loss, unweighted. */
export interface GradientRows {
  /** For each loss a vector over all parameters, or over the cut. */
  readonly rows: readonly tfc.Tensor1D[];
  /** For each loss and group (or the cut alone) whether there is a path. */
  readonly paths: readonly (readonly boolean[])[];
}

/** The parameters at which probes look: all groups, or the cut alone. */
export class ProbedParameters {
  /** Whether probes stop at a cut. */
  readonly isCut: boolean;
  /** Length of a row. */
  readonly length: number;
  readonly #tf: Tf;
  readonly #variables: readonly tfc.Variable[];
  /** Their stretches in the vector of all parameters. */
  readonly #spans: readonly Span[];
  /** The groups (or the cut) as stretches of a row. */
  readonly #groups: readonly (Span & { readonly variables: readonly tfc.Variable[] })[];
  readonly #shared: Span;

  constructor(tf: Tf, { instance, plan, sharedGroup }: StepSpec, parameters: ParameterVector) {
    this.#tf = tf;
    const cut = plan.probeCut === undefined ? undefined : findCut(instance, plan.probeCut);
    this.isCut = cut !== undefined;
    const probed = cut ? [cut] : instance.groups;
    this.#variables = probed.flatMap(({ variables }) => variables);
    if (this.#variables.length === 0) {
      throw new Error(
        cut ? `The cut ${cut.name} has no parameters.` : 'The task has no parameters to train.',
      );
    }
    this.#spans = parameters.spans(this.#variables);
    let start = 0;
    this.#groups = probed.map(({ variables }) => {
      const length = variables.reduce((sum, variable) => sum + variable.size, 0);
      start += length;
      return { start: start - length, length, variables };
    });
    this.length = start;
    const sharedIndex = instance.groups.findIndex(({ name }) => name === sharedGroup);
    const shared = this.#groups[cut ? 0 : sharedIndex];
    if (!shared) {
      const known = instance.groups.map(({ name }) => name).join(', ');
      throw new Error(
        `The task has no parameter group named ${sharedGroup}, which all its losses are to share; its groups: ${known}.`,
      );
    }
    this.#shared = shared;
  }

  /** The gradient of each loss, by one backward pass for each. */
  rows(forward: RecordedForward): GradientRows {
    const rows: tfc.Tensor1D[] = [];
    const paths: boolean[][] = [];
    for (const loss of forward.losses) {
      const gradients = forward.gradients(() => loss, this.#variables);
      const reached = new Set(this.#variables.filter((_, index) => gradients[index] !== undefined));
      paths.push(this.#groups.map(({ variables }) => variables.some((each) => reached.has(each))));
      rows.push(flatten(this.#tf, this.#variables, gradients));
    }
    return { rows, paths };
  }

  /** Inner products of the rows over the shared parameters (or the cut), K² numbers. */
  sharedProducts(rows: readonly tfc.Tensor1D[]): tfc.Tensor1D {
    const { start, length } = this.#shared;
    return this.#products(this.#tf.stack([...rows]) as tfc.Tensor2D, start, length);
  }

  /** Per group (or the cut) the (K+2)² inner products of the rows, θ and Δθ, one after the other. */
  measure(
    rows: readonly tfc.Tensor1D[],
    parameters: tfc.Tensor1D,
    update: tfc.Tensor1D,
  ): readonly tfc.Tensor1D[] {
    const tf = this.#tf;
    const own = [parameters, update].map((vector) => takeSpans(tf, vector, this.#spans));
    const stacked = tf.stack([...rows, ...own]) as tfc.Tensor2D;
    return this.#groups.map(({ start, length }) => this.#products(stacked, start, length));
  }

  /** S Sᵀ for the columns of S from `start` on, row by row. */
  #products(stacked: tfc.Tensor2D, start: number, length: number): tfc.Tensor1D {
    const tf = this.#tf;
    const [rows, width] = stacked.shape;
    if (length === 0) return tf.zeros([rows * rows]);
    const part = length === width ? stacked : tf.slice2d(stacked, [0, start], [rows, length]);
    return tf.reshape<tfc.Rank.R1>(tf.matMul(part, part, false, true), [rows * rows]);
  }
}
