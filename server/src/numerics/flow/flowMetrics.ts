import { mean } from '../moments.ts';

/** How a predicted velocity field agrees with its target over a batch. */
export interface FlowMetrics {
  /** Σ|v̂ − v|²/Σ|v|². Does not go to 0 unless the coupling is deterministic. */
  readonly nmse: number;
  /** Mean over samples of the cosine of v̂ and v. */
  readonly cosine: number;
  /** Mean over samples of |v̂|/|v|. */
  readonly speedRatio: number;
  /**
   * ⟨v̂, v⟩/⟨v̂, v̂⟩ over the batch: 1 for a least-squares fit, 1/c if the prediction is c times too fast, −1 if
   * time runs backwards (rule R17 of science.md §2.4).
   */
  readonly slope: number;
}

/** What the figures of a batch are made of: one sample's predicted and wanted velocity. */
export interface FlowSample {
  /** |v̂|². */
  readonly own: number;
  /** |v|². */
  readonly other: number;
  /** ⟨v̂, v⟩. */
  readonly both: number;
  /** |v̂ − v|², summed apart: |v̂|² − 2⟨v̂, v⟩ + |v|² loses all digits where the two agree. */
  readonly error: number;
}

/** @param predicted one row per sample */
export function flowMetrics(
  predicted: readonly (readonly number[])[],
  target: readonly (readonly number[])[],
): FlowMetrics {
  return summariseFlow(predicted.map((row, index) => compare(row, target[index] ?? [])));
}

/**
 * Samples whose target vanishes are left out of the two means, for the cosine also those whose
 * prediction does; a quotient of nothing is undefined and given as NaN.
 */
export function summariseFlow(samples: readonly FlowSample[]): FlowMetrics {
  const aimed = samples.filter((sample) => sample.other > 0);
  const directed = aimed.filter((sample) => sample.own > 0);
  return {
    nmse: sum(samples.map(({ error }) => error)) / sum(samples.map(({ other }) => other)),
    cosine: mean(
      directed.map((sample) => sample.both / Math.sqrt(sample.own) / Math.sqrt(sample.other)),
    ),
    speedRatio: mean(aimed.map((sample) => Math.sqrt(sample.own / sample.other))),
    slope: sum(samples.map(({ both }) => both)) / sum(samples.map(({ own }) => own)),
  };
}

function compare(first: readonly number[], second: readonly number[]): FlowSample {
  let own = 0;
  let other = 0;
  let both = 0;
  let error = 0;
  for (const [index, a] of first.entries()) {
    const b = second[index] ?? Number.NaN;
    own += a * a;
    other += b * b;
    both += a * b;
    error += (a - b) ** 2;
  }
  return { own, other, both, error };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
