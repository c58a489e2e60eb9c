/** Latents of a batch: a mean and a log-variance per sample and dimension. */
export interface GaussianPosterior {
  readonly means: readonly (readonly number[])[];
  readonly logVariances: readonly (readonly number[])[];
}

/** ½(μ² + σ² − 1 − log σ²), Kullback–Leibler divergence to N(0, 1) of one dimension, in nats. */
export function gaussianKl(mean: number, logVariance: number): number {
  return (mean * mean + Math.expm1(logVariance) - logVariance) / 2;
}

/** Sum over dimensions, mean over the batch. (A mean over dimensions silently divides β by their number.) */
export function batchGaussianKl({ means, logVariances }: GaussianPosterior): number {
  const sums = means.map((row, sample) =>
    row.reduce(
      (sum, mean, index) => sum + gaussianKl(mean, logVariances[sample]?.[index] ?? Number.NaN),
      0,
    ),
  );
  return average(sums);
}

/**
 * The posterior of z scaled by `factor` (a latent scale such as 0.18215). Its divergence to N(0, 1)
 * differs from that of z; to N(0, factor²) it is the same.
 */
export function scalePosterior(
  { means, logVariances }: GaussianPosterior,
  factor: number,
): GaussianPosterior {
  return {
    means: means.map((row) => row.map((mean) => mean * factor)),
    logVariances: logVariances.map((row) => row.map((value) => value + 2 * Math.log(factor))),
  };
}

/** Per dimension E[σ²] + Var[μ] over the batch. About 1 in every regime, collapse included: it tells nothing. */
export function aggregateVariance({ means, logVariances }: GaussianPosterior): readonly number[] {
  return (means[0] ?? []).map((_, index) => {
    const column = means.map((row) => row[index] ?? Number.NaN);
    const middle = average(column);
    const between = average(column.map((mean) => (mean - middle) ** 2));
    const within = average(logVariances.map((row) => Math.exp(row[index] ?? Number.NaN)));
    return between + within;
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
