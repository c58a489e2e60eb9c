import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import { Gramian } from '../numerics/gramian.ts';
import { type RecordedForward, recordForward } from './gradientTape.ts';
import type { OptimizerState } from './optimizer.ts';
import { ParameterVector } from './parameterVector.ts';
import type { GroupReading, ProbeReading } from './probe.ts';
import type { Strategy, StrategyState } from './strategy.ts';
import type { Batch, TaskInstance, Tf } from './task.ts';

export type StepKind = 'plain' | 'probe';

/** One step taken. All that it measured lies in one tensor, so that it can be read back at once. */
export interface StepOutcome extends Disposable {
  readonly kind: StepKind;
  /** The weights that were in force, in the order of the terms. */
  readonly weights: readonly number[];
  /** Shape [K] for a plain step: the losses. After a probe the inner products of each group follow. */
  readonly packed: tfc.Tensor1D;
}

export interface StepOptions {
  readonly tf: Tf;
  readonly instance: TaskInstance;
  /** Names of the losses, in the order of the config. */
  readonly terms: readonly string[];
  readonly optimizer: (length: number) => OptimizerState;
  readonly strategy: Strategy;
  readonly weights: readonly number[];
  readonly referenceTerm: string;
}

/**
 * Takes optimiser steps: one forward pass, then either one backward pass of the weighted sum, or
 * (`probe`) one for each loss on the same tape, whose weighted sum is the step's gradient. A probe
 * draws nothing at random and changes the outcome by rounding alone.
 */
export class Stepper implements Disposable {
  readonly parameters: ParameterVector;
  readonly #options: StepOptions;
  readonly #optimizer: OptimizerState;
  readonly #strategy: StrategyState;

  constructor(options: StepOptions) {
    this.#options = options;
    this.parameters = new ParameterVector(options.tf, options.instance.groups);
    this.#optimizer = options.optimizer(this.parameters.length);
    this.#strategy = options.strategy.create({
      weights: options.weights,
      reference: Math.max(0, options.terms.indexOf(options.referenceTerm)),
    });
  }

  /** Takes one step on a batch, which stays the caller's. */
  async step(batch: Batch, kind: StepKind): Promise<StepOutcome> {
    const { tf, instance, terms, strategy } = this.#options;
    const forward = recordForward(tf, this.parameters.variables, () => {
      const losses = instance.losses(batch);
      return terms.map((term) => named(losses, term));
    });
    try {
      const values = strategy.needsLosses ? await this.#readLosses(forward) : [];
      const weights = this.#strategy.weights(values);
      const packed = tf.tidy(() =>
        kind === 'probe' ? this.#probedStep(forward, weights) : this.#plainStep(forward, weights),
      );
      return { kind, weights, packed, dispose: () => packed.dispose() };
    } finally {
      forward.dispose();
    }
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  async #readLosses(forward: RecordedForward): Promise<number[]> {
    const stacked = this.#options.tf.stack([...forward.losses]);
    try {
      return [...(await stacked.data<'float32'>())];
    } finally {
      stacked.dispose();
    }
  }

  #plainStep(forward: RecordedForward, weights: readonly number[]): tfc.Tensor1D {
    const gradients = forward.gradients((losses) => this.#weightedSum(losses, weights));
    this.parameters.add(this.#optimizer.update(this.parameters.flatten(gradients)));
    return this.#lossVector(forward);
  }

  #probedStep(forward: RecordedForward, weights: readonly number[]): tfc.Tensor1D {
    const { tf } = this.#options;
    const rows = forward.losses.map((loss) =>
      this.parameters.flatten(forward.gradients(() => loss)),
    );
    const update = this.#optimizer.update(this.#weightedSum(rows, weights));
    const products = this.parameters.innerProducts([...rows, this.parameters.values(), update]);
    this.parameters.add(update);
    return tf.concat1d([
      this.#lossVector(forward),
      ...products.map((product) => tf.reshape<tfc.Rank.R1>(product, [product.size])),
    ]);
  }

  #lossVector(forward: RecordedForward): tfc.Tensor1D {
    const { tf } = this.#options;
    return tf.concat1d(forward.losses.map((loss) => tf.reshape<tfc.Rank.R1>(loss, [1])));
  }

  /** Σ wₖ xₖ. A weight of 0 leaves its term out: 0 · NaN would not be nothing. */
  #weightedSum<T extends tfc.Tensor>(terms: readonly T[], weights: readonly number[]): T {
    const { tf } = this.#options;
    const weighted = terms
      .map((term, index) => ({ term, weight: weights[index] ?? 0 }))
      .filter(({ weight }) => weight !== 0)
      .map(({ term, weight }) => tf.mul<T>(term, weight));
    const [first] = terms;
    if (weighted.length === 0 && first) return tf.zerosLike<T>(first);
    return tf.addN<T>(weighted);
  }
}

/** What the parts of a packed tensor are called. */
export interface StepNames {
  readonly terms: readonly string[];
  readonly groups: readonly string[];
  readonly sharedGroup: string;
}

/** The figures of a step as numbers, from the values of its packed tensor. */
export interface StepReading {
  readonly losses: readonly number[];
  readonly probe: ProbeReading | undefined;
}

/** Takes apart what `step` packed. */
export function readStep(
  { kind, weights }: StepOutcome,
  values: ArrayLike<number>,
  { terms, groups: groupNames, sharedGroup }: StepNames,
): StepReading {
  const all = Array.from(values);
  const losses = all.slice(0, terms.length);
  if (kind === 'plain') return { losses, probe: undefined };
  const size = terms.length + 2;
  const groups = groupNames.map((name, index): GroupReading => {
    const start = terms.length + index * size * size;
    const products = Gramian.fromEntries(size, all.slice(start, start + size * size));
    return {
      name,
      shared: name === sharedGroup,
      gradients: products.leading(terms.length),
      parameterNorm: Math.sqrt(products.at(terms.length, terms.length)),
      updateNorm: Math.sqrt(products.at(terms.length + 1, terms.length + 1)),
    };
  });
  return { losses, probe: { terms, weights, groups } };
}

function named(losses: Readonly<Record<string, tfc.Scalar>>, term: string): tfc.Scalar {
  const loss = losses[term];
  if (!loss) throw new Error(`Broken invariant: the task gave no loss named ${term}`);
  return loss;
}
