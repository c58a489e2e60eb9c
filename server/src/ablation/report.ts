import type { InTurns } from '../base/turns.ts';
import type { AblationRecord, AblationReport, ReportRow } from '../model/ablation.ts';
import { type ArmResult, Arms, type TermMetric } from './reporting/arms.ts';
import { compareMetric } from './reporting/comparison.ts';
import { drawCurves } from './reporting/curves.ts';
import { chooseMetrics } from './reporting/metricChoice.ts';
import { rankVariants } from './reporting/ranking.ts';
import { mostRefined, refineRows } from './reporting/refine.ts';
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
import { type AlikeVariants, findAlike, judgeVariant } from './reporting/verdict.ts';
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
  /** What was picked in the report itself, which comes before that; empty for nothing. */
  readonly picked?: readonly string[];
}

/** Curves of the baseline and of so many variants, the best: more cannot be told apart. */
const mostDrawn = 8;

/**
 * What an experiment has shown so far: numbers, curves, and a verdict in words. Of a thousand variants it
 * takes a second or two, so it is told in turns. The runs may go on meanwhile: each number is of one turn.
 */
export function* buildReport(input: ReportInput): InTurns<AblationReport> {
  const { record, results } = input;
  const arms = new Arms(record, results);
  const available = [...new Set(results.flatMap(({ series }) => [...series.keys()]))];
  const chosen = chooseMetrics({
    terms: input.terms,
    available,
    ...(input.termMetrics && { termMetrics: input.termMetrics }),
    ...choiceOf(input),
    ...(record.leading && { leading: record.leading }),
  });
  const fair = yield* keepFairMetrics(arms, chosen);
  const compared: ReportRow[] = [];
  for (const metric of fair.metrics) compared.push(yield* compareMetric(arms, metric));
  const baseline = record.variants.filter(({ id }) => id === baselineId);
  const others = record.variants.filter(({ id }) => id !== baselineId);
  const ranked = rankVariants(others, compared);
  const rows = yield* refineRows(
    compared,
    new Set(ranked.slice(0, mostRefined).map(({ id }) => id)),
  );
  const alike = yield* findAlike(arms, others);
  const drawn = new Set([...baseline, ...ranked.slice(0, mostDrawn)].map(({ id }) => id));
  const names = new Set([...fair.metrics, ...chosen].map(({ metric }) => metric));
  return {
    id: record.id,
    title: record.title,
    config: record.config,
    ...(record.question === undefined ? {} : { question: record.question }),
    state: record.state,
    verdict: [
      ...remarkOnProgress(record, results),
      ...(others.length > 1
        ? yield* judgeVariants(arms, rows, ranked, alike)
        : others.flatMap((variant) => judgeVariant(arms, rows, variant, alike))),
      ...(record.notes ?? []),
      ...remarkOnLosses(record, results),
      ...(yield* remarkOnNumbers(record, results, chosen)),
      ...(yield* remarkOnLengths(results)),
      ...fair.remarks,
      ...remarkOnForms(record, fair.metrics),
      ...remarkOnTotal(record, available, fair.metrics),
    ],
    variants: [...baseline, ...ranked].map((variant) => ({
      ...variant,
      diff: input.diffs.get(variant.id) ?? '',
      ...likenessIn(alike, variant.id),
    })),
    seeds: [...arms.seeds],
    chosenBy: chooserOf(input),
    available: available.toSorted(),
    rows: [...rows],
    curves: [
      ...(yield* drawCurves(
        results.filter(({ variant }) => drawn.has(variant)),
        [...names],
      )),
    ],
    runs: runsOf(record, results),
  };
}

/** The runs of the plan, as far as they are known in the state that they are in. */
function runsOf(record: AblationRecord, results: readonly ArmResult[]): AblationReport['runs'] {
  const known = new Map(results.map((result) => [result.runId, result]));
  return record.runs.map((run) => {
    const result = known.get(run.runId);
    const reason = result?.reason;
    return { ...run, ...(result && { state: result.state }), ...(reason && { reason }) };
  });
}

function choiceOf({ picked = [], metrics }: ReportInput) {
  if (picked.length > 0) return { chosen: picked, chosenWhere: 'it was picked in this report' };
  return metrics ? { chosen: metrics } : {};
}

function chooserOf({ picked = [], metrics = [] }: ReportInput): AblationReport['chosenBy'] {
  if (picked.length > 0) return 'user';
  return metrics.length > 0 ? 'project' : 'rules';
}

function likenessIn(
  alike: AlikeVariants,
  id: string,
): Pick<AblationReport['variants'][number], 'likeness'> {
  const likeness = alike.get(id);
  return likeness === undefined ? {} : { likeness };
}
