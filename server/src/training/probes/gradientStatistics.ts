import { metricName } from '../../model/metricName.ts';
import {
  combinedNorm,
  cosine,
  cosineWithRest,
  gradientContributions,
  gradientNorm,
  gradientShares,
} from '../../numerics/gramian.ts';
import type { GroupReading, Probe, ProbeReading } from '../probe.ts';

type Metrics = Record<string, number | undefined>;

/**
 * Norms, shares, contributions and cosines of the losses' gradients (science.md §2.4), all from the
 * K × K Gramian. A gradient that vanishes has no direction: its cosines are left out. A loss without
 * a path to a group has no norm there, not the norm 0.
 */
export const gradientStatistics: Probe = {
  name: 'gradient-statistics',
  description: 'Norms, shares, contributions and cosines of the gradient of each loss.',
  metrics(reading) {
    const all: Metrics = {};
    for (const group of reading.groups) {
      Object.assign(all, group.shared ? sharedGroup(reading, group) : norms(reading, group));
    }
    const defined = Object.entries(all).filter(([, value]) => value !== undefined);
    return Object.fromEntries(defined) as Record<string, number>;
  },
};

function norms(
  { terms, weights }: ProbeReading,
  { name, shared, gradients, hasPath }: GroupReading,
): Metrics {
  const place = (metric: string): string => (shared ? metric : metricName.inGroup(metric, name));
  const metrics: Metrics = {};
  for (const [index, term] of terms.entries()) {
    if (!hasPath[index]) continue;
    const weight = weights[index] ?? 0;
    const norm = gradientNorm(gradients, index);
    metrics[place(metricName.gradient(term))] = norm;
    metrics[place(metricName.weightedGradient(term))] = weight === 0 ? 0 : Math.abs(weight) * norm;
  }
  metrics[place(metricName.totalGradient)] = combinedNorm(gradients, weights);
  return metrics;
}

function sharedGroup(reading: ProbeReading, group: GroupReading): Metrics {
  const { terms, weights } = reading;
  const { gradients } = group;
  const metrics = norms(reading, group);
  const shares = gradientShares(gradients, weights);
  const contributions = gradientContributions(gradients, weights);
  for (const [index, term] of terms.entries()) {
    metrics[metricName.gradientShare(term)] = shares?.[index];
    metrics[metricName.gradientContribution(term)] = contributions?.[index];
    metrics[metricName.cosineWithRest(term)] = cosineWithRest(gradients, weights, index);
    for (const [offset, other] of terms.slice(index + 1).entries()) {
      metrics[metricName.cosine(term, other)] = cosine(gradients, index, index + 1 + offset);
    }
  }
  return metrics;
}
