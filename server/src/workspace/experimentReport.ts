import { join } from 'node:path';

import { buildReport } from '../ablation/report.ts';
import type { ArmResult, TermMetric } from '../ablation/reporting/arms.ts';
import { baselineId } from '../ablation/variantIds.ts';
import { neverCancelled } from '../base/cancellation.ts';
import { type InTurns, inTurns } from '../base/turns.ts';
import { bindTerms } from '../discovery/bindMetrics.ts';
import type { AblationRecord, AblationReport } from '../model/ablation.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { StoredSeries } from '../store/storedSeries.ts';
import type { RunCatalog } from './runCatalog.ts';
import { runsFolder } from './runFolder.ts';

/** Where the runs of an experiment are known, and what they have logged. */
interface ReportSources {
  readonly store: MetricStore;
  readonly catalog: RunCatalog;
}

/** An experiment as a report needs it. */
interface Reported {
  readonly workspaceFolder: string;
  readonly record: AblationRecord;
  readonly diffs: ReadonlyMap<string, string>;
}

/**
 * What an experiment has shown so far, by the metrics that were picked or else chosen. The plan is as it
 * is now; hovers and the like have their turn meanwhile.
 */
export function reportExperiment(
  sources: ReportSources,
  experiment: Reported,
  picked: readonly string[],
): Promise<AblationReport> {
  return inTurns(tellReport(sources, experiment, picked), neverCancelled);
}

/** A turn is one run, and then as `buildReport` has them. */
function* tellReport(
  sources: ReportSources,
  { workspaceFolder, record, diffs }: Reported,
  picked: readonly string[],
): InTurns<AblationReport> {
  const results: ArmResult[] = [];
  for (const run of record.runs) {
    results.push(resultOf(sources, workspaceFolder, run));
    yield;
  }
  const baseline = results.find(({ variant }) => variant === baselineId);
  return yield* buildReport({
    record,
    diffs,
    results,
    terms: (record.terms ?? []).map(({ name }) => name),
    ...(baseline ? { termMetrics: termMetrics(record, baseline.series) } : {}),
    ...(record.metrics ? { metrics: record.metrics } : {}),
    picked,
  });
}

function resultOf(
  { store, catalog }: ReportSources,
  workspaceFolder: string,
  run: AblationRecord['runs'][number],
) {
  const path = join(runsFolder(workspaceFolder), run.runId);
  const series = new Map<string, StoredSeries>();
  for (const name of store.metrics(path)) {
    const found = store.series(path, name);
    if (found) series.set(name, found);
  }
  const reason = catalog.find(path)?.record?.reason;
  return { ...run, ...(reason === undefined ? {} : { reason }), series };
}

/** Which metrics log the losses of an experiment: its runs are bound as any others are. */
function termMetrics(
  { terms = [], project }: AblationRecord,
  series: ArmResult['series'],
): ReadonlyMap<string, TermMetric> {
  const bound = bindTerms(terms, [...series.keys()], project, (name) => series.get(name)?.values);
  return new Map(
    [...bound.terms].flatMap(([name, { loss, scale }]) =>
      loss === undefined ? [] : [[name, { metric: loss, scale }] as const],
    ),
  );
}
