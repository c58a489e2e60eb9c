import type { RunEvidence, SeriesView, TermEvidence } from '../../../server/src/rules/rule.ts';

/** Evidence out of plain arrays; the steps are the indices, the probes the longest of the series. */
export function evidenceOf(
  terms: readonly TermEvidence[],
  metrics: Readonly<Record<string, readonly number[]>>,
): RunEvidence {
  const gradientFigures = Object.entries(metrics).filter(([name]) => /^(?:grad|cos)/.test(name));
  return {
    terms,
    probes: Math.max(0, ...gradientFigures.map(([, values]) => values.length)),
    group: 'shared',
    series(metric): SeriesView | undefined {
      const values = metrics[metric];
      return values && { steps: values.map((_, index) => index), values };
    },
  };
}
