import type * as tfc from '@tensorflow/tfjs-core';

import { mean } from '../../numerics/moments.ts';
import type { Tf } from '../task.ts';

/** A diagonal Gaussian posterior over samples, with one draw of each, all [samples, latent]. */
export interface SampledPosterior {
  readonly mean: tfc.Tensor2D;
  readonly logVariance: tfc.Tensor2D;
  readonly sample: tfc.Tensor2D;
}

/** A dimension is active where its mean varies more than this over the data (Burda et al., ICLR 2016). */
const activeVariance = 0.01;
/** A dimension with fewer nats than this is the prior. */
const collapsedNats = 0.01;

/** Statistics of a posterior by dimension, [11, latent], to be read back and given to `posteriorFigures`. */
export function posteriorStatistics(
  tf: Tf,
  { mean: location, logVariance, sample }: SampledPosterior,
): tfc.Tensor2D {
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  const variance = tf.exp(logVariance);
  const spread = tf.moments(location, 0).variance;
  const drawn = tf.moments(sample, 0);
  const terms = tf.sub(tf.add(tf.square(location), variance), tf.add(logVariance, 1));
  return tf.stack([
    tf.mean(tf.abs(location), 0),
    tf.mean(tf.square(location), 0),
    spread,
    tf.mean(logVariance, 0),
    tf.mean(deviation, 0),
    tf.min(deviation, 0),
    tf.max(deviation, 0),
    tf.mean(variance, 0),
    drawn.mean,
    drawn.variance,
    tf.mul(tf.mean(terms, 0), 0.5),
  ]) as tfc.Tensor2D;
}

/**
 * What the statistics say, by metric name: those of product.md §2, and what rules R12 and R13 of
 * science.md §2.4 ask for: `mu/active_units` and their share, the nats of a dimension (`kl/dim_mean`,
 * `kl/dim_max`), the share of dimensions that are the prior (`kl/collapsed_share`) and of the whole
 * divergence that each dimension has (`kl/share_d0` …). `z_init/aggregate_var`, E σ² + Var μ, is near
 * 1 from hardly any KL to complete collapse and tells neither (E3).
 */
export function posteriorFigures(
  statistics: Float32Array,
  latent: number,
): Readonly<Record<string, number>> {
  const row = (index: number): number[] => [
    ...statistics.subarray(index * latent, (index + 1) * latent),
  ];
  const spread = row(2);
  const deviations = { smallest: row(5), largest: row(6), variances: row(7) };
  const drawn = { means: row(8), variances: row(9) };
  const nats = row(10);
  const centre = mean(drawn.means);
  const active = spread.filter((value) => value > activeVariance).length;
  const whole = nats.reduce((sum, value) => sum + value, 0);
  const shares = nats.map((value, index) => [`kl/share_d${index}`, value / whole] as const);
  return {
    'mu/abs_mean': mean(row(0)),
    'mu/rms': Math.sqrt(mean(row(1))),
    'mu/active_units': active,
    'mu/active_share': active / latent,
    'logvar/mean': mean(row(3)),
    'std/mean': mean(row(4)),
    'std/min': Math.min(...deviations.smallest),
    'std/max': Math.max(...deviations.largest),
    'z_init/mean': centre,
    'z_init/var': mean(drawn.variances) + mean(drawn.means.map((value) => (value - centre) ** 2)),
    'z_init/std_per_dim_mean': mean(drawn.variances.map(Math.sqrt)),
    'z_init/aggregate_var': mean(deviations.variances) + mean(spread),
    'kl/dim_mean': whole / latent,
    'kl/dim_max': Math.max(...nats),
    'kl/collapsed_share': nats.filter((value) => value < collapsedNats).length / latent,
    ...Object.fromEntries(shares),
  };
}
