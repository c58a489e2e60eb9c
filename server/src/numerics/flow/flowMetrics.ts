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

/**
 * @param predicted one row per sample
 * Samples whose target vanishes are left out of the two means, for the cosine also those whose
 * prediction does; a quotient of nothing is undefined and given as NaN.
 */
export function flowMetrics(
  predicted: readonly (readonly number[])[],
  target: readonly (readonly number[])[],
): FlowMetrics {
  const samples = predicted.map((row, index) => inner(row, target[index] ?? []));
  const own = sum(samples.map((sample) => sample.own));
  const other = sum(samples.map((sample) => sample.other));
  const both = sum(samples.map((sample) => sample.both));
  const aimed = samples.filter((sample) => sample.other > 0);
  const directed = aimed.filter((sample) => sample.own > 0);
  return {
    nmse: squaredError(predicted, target) / other,
    cosine: average(
      directed.map((sample) => sample.both / Math.sqrt(sample.own) / Math.sqrt(sample.other)),
    ),
    speedRatio: average(aimed.map((sample) => Math.sqrt(sample.own / sample.other))),
    slope: both / own,
  };
}

/** |a|², |b|² and ⟨a, b⟩. */
function inner(first: readonly number[], second: readonly number[]) {
  let own = 0;
  let other = 0;
  let both = 0;
  for (const [index, a] of first.entries()) {
    const b = second[index] ?? Number.NaN;
    own += a * a;
    other += b * b;
    both += a * b;
  }
  return { own, other, both };
}

/** Summed apart: |a|² − 2⟨a, b⟩ + |b|² loses all digits where the two agree. */
function squaredError(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
): number {
  let error = 0;
  for (const [row, values] of first.entries()) {
    for (const [column, value] of values.entries()) {
      error += (value - (second[row]?.[column] ?? Number.NaN)) ** 2;
    }
  }
  return error;
}

function average(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
