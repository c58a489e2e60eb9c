import { distance } from 'fastest-levenshtein';

import { rateTerm } from './bindMetrics.ts';
import { readMetricName } from './metricWords.ts';

/** A metric of a run, and how much its name is like that of a term, from 0 to 1. */
export interface RankedMetric {
  readonly name: string;
  readonly likeness: number;
}

/** What is only spelt alike comes after whatever would be bound by itself. */
const mostBySpelling = 0.5;

/** The metrics that may log the loss of a term, the likeliest first, and of equals in their order. */
export function rankMetrics(term: string, metrics: readonly string[]): readonly RankedMetric[] {
  return metrics
    .map((name) => ({ name, likeness: likenessOf(term, name) }))
    .sort((a, b) => b.likeness - a.likeness);
}

function likenessOf(term: string, metric: string): number {
  const meaning = readMetricName(metric);
  const wanted = { name: term, family: 'loss', taken: new Set<string>() } as const;
  const rated = rateTerm(meaning, metric, wanted);
  if (rated > 0) return rated;
  const { subject, family } = meaning;
  const longest = Math.max(subject.length, term.length, 1);
  const spelling = 1 - distance(subject, term) / longest;
  // The norm of a gradient is no loss, however it is called.
  const weight = family === 'gradient' ? 0.25 : family === 'loss' ? 1 : 0.75;
  return Math.max(0, spelling) * weight * mostBySpelling;
}
