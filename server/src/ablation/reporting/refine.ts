import type { InTurns } from '../../base/turns.ts';
import type { ReportMeasure, ReportRow } from '../../model/ablation.ts';
import { Bootstrap } from '../../numerics/bootstrapInterval.ts';
import { pairsNeeded } from '../../numerics/pairsNeeded.ts';
import { baselineId } from '../variantIds.ts';
import { differencesOf, significance } from './comparison.ts';

/** Of a sweep with hundreds of variants the best are looked at so closely: it takes milliseconds each. */
export const mostRefined = 32;

/** Any other would do as well; it stays the same so that a report does. */
const seed = 1;

/**
 * Adds what takes its time, for the given variants: the bootstrap interval, and how many more seeds would
 * decide what is not decided. These are counted at the level that Holm's correction asks of the first of
 * its tests, which is the strictest: 0.05 over the number of variants with a test. A turn is one cell.
 */
export function* refineRows(
  rows: readonly ReportRow[],
  variants: ReadonlySet<string>,
): InTurns<readonly ReportRow[]> {
  const bootstrap = new Bootstrap(seed);
  const refinedRows: ReportRow[] = [];
  for (const row of rows) refinedRows.push(yield* refineRow(row, variants, bootstrap));
  return refinedRows;
}

function* refineRow(
  row: ReportRow,
  variants: ReadonlySet<string>,
  bootstrap: Bootstrap,
): InTurns<ReportRow> {
  const refine = (measures: readonly ReportMeasure[], baseline: ReportMeasure | undefined) => {
    const tests = measures.filter(({ adjusted }) => adjusted !== undefined).length;
    return (measure: ReportMeasure) =>
      baseline ? refined(measure, baseline, significance / Math.max(1, tests), bootstrap) : measure;
  };
  const baseline = row.cells.find(({ variant }) => variant === baselineId);
  const atEnd = refine(row.cells, baseline);
  const curves = row.cells.flatMap(({ curve }) => curve ?? []);
  const overCurve = refine(curves, baseline?.curve);
  const cells: ReportRow['cells'] = [];
  for (const cell of row.cells) {
    const curve = cell.curve && variants.has(cell.variant) ? overCurve(cell.curve) : cell.curve;
    cells.push(
      variants.has(cell.variant) ? { ...cell, ...atEnd(cell), ...(curve ? { curve } : {}) } : cell,
    );
    yield;
  }
  return { ...row, cells };
}

function refined(
  measure: ReportMeasure,
  baseline: ReportMeasure,
  level: number,
  bootstrap: Bootstrap,
): ReportMeasure {
  if (measure.interval === undefined) return measure;
  const differences = differencesOf(measure.values, baseline.values);
  const interval = bootstrap.interval(differences);
  const more = measure.judgement === 'unclear' ? pairsNeeded(differences, level) : undefined;
  return {
    ...measure,
    ...(interval ? { bootstrap: [interval.low, interval.high] } : {}),
    ...(more === undefined ? {} : { moreSeeds: more }),
  };
}
