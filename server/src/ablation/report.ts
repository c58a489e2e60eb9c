import type { AblationRecord, AblationReport } from '../model/ablation.ts';
import type { ArmResult, TermMetric } from './reporting/arms.ts';
import { compareMetric } from './reporting/comparison.ts';
import { drawCurves } from './reporting/curves.ts';
import { chooseMetrics } from './reporting/metricChoice.ts';
import { rankVariants } from './reporting/ranking.ts';
import {
  keepFairMetrics,
  remarkOnForms,
  remarkOnLengths,
  remarkOnLosses,
  remarkOnNumbers,
  remarkOnProgress,
  remarkOnTotal,
} from './reporting/remarks.ts';
import { judgeVariants } from './reporting/variantsVerdict.ts';
import { judgeVariant } from './reporting/verdict.ts';
import { baselineId } from './variantIds.ts';

export interface ReportInput {
  readonly record: AblationRecord;
  /** Unified diff of each variant's config, by the id of the variant. */
  readonly diffs: ReadonlyMap<string, string>;
  /** The runs of the record as far as they are known. */
  readonly results: readonly ArmResult[];
  /** Names of the loss terms, in the order of the config. */
  readonly terms: readonly string[];
  /** Which metric logs each term's loss; guessed by name for terms that are missing. */
  readonly termMetrics?: ReadonlyMap<string, TermMetric>;
  /** The user's choice of metrics, most important first; chosen by their names otherwise. */
  readonly metrics?: readonly string[];
}

/** Curves of the baseline and of so many variants, the best: more cannot be told apart. */
const mostDrawn = 8;

/** What an experiment has shown so far: numbers, curves, and a verdict in words. */
export function buildReport(input: ReportInput): AblationReport {
  const { record, results } = input;
  const available = [...new Set(results.flatMap(({ series }) => [...series.keys()]))];
  const chosen = chooseMetrics({
    terms: input.terms,
    available,
    ...(input.termMetrics && { termMetrics: input.termMetrics }),
    ...(input.metrics && { chosen: input.metrics }),
    ...(record.leading && { leading: record.leading }),
  });
  const { metrics, remarks } = keepFairMetrics(record, results, chosen);
  const rows = metrics.map((metric) => compareMetric(record, results, metric));
  const baseline = record.variants.filter(({ id }) => id === baselineId);
  const others = record.variants.filter(({ id }) => id !== baselineId);
  const ranked = rankVariants(others, rows);
  const drawn = new Set([...baseline, ...ranked.slice(0, mostDrawn)].map(({ id }) => id));
  const names = new Set([...metrics, ...chosen].map(({ metric }) => metric));
  return {
    id: record.id,
    title: record.title,
    config: record.config,
    ...(record.question === undefined ? {} : { question: record.question }),
    state: record.state,
    verdict: [
      ...remarkOnProgress(record, results),
      ...(others.length > 1
        ? judgeVariants(record, results, rows, ranked)
        : others.flatMap((variant) => judgeVariant(record, results, rows, variant))),
      ...(record.notes ?? []),
      ...remarkOnLosses(record, results),
      ...remarkOnNumbers(record, results, chosen),
      ...remarkOnLengths(results),
      ...remarks,
      ...remarkOnForms(record, metrics),
      ...remarkOnTotal(record, available, metrics),
    ],
    variants: [...baseline, ...ranked].map((variant) => ({
      ...variant,
      diff: input.diffs.get(variant.id) ?? '',
    })),
    rows,
    curves: [
      ...drawCurves(
        results.filter(({ variant }) => drawn.has(variant)),
        [...names],
      ),
    ],
    runs: record.runs.map((run) => {
      const result = results.find(({ runId }) => runId === run.runId);
      const reason = result?.reason;
      return { ...run, ...(result && { state: result.state }), ...(reason && { reason }) };
    }),
  };
}
