import { join } from 'node:path';

import { buildReport } from '../ablation/report.ts';
import type { TermMetric } from '../ablation/reporting/arms.ts';
import { baselineId } from '../ablation/variantIds.ts';
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

/** What an experiment has shown so far. */
export function reportExperiment(
  sources: ReportSources,
  workspaceFolder: string,
  record: AblationRecord,
  diffs: ReadonlyMap<string, string>,
): AblationReport {
  const results = record.runs.map((run) => resultOf(sources, workspaceFolder, run));
  const baseline = results.find(({ variant }) => variant === baselineId);
  return buildReport({
    record,
    diffs,
    results,
    terms: (record.terms ?? []).map(({ name }) => name),
    ...(baseline ? { termMetrics: termMetrics(record, baseline.series) } : {}),
    ...(record.metrics ? { metrics: record.metrics } : {}),
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
  series: ReadonlyMap<string, StoredSeries>,
): ReadonlyMap<string, TermMetric> {
  const bound = bindTerms(terms, [...series.keys()], project, (name) => series.get(name)?.values);
  return new Map(
    [...bound.terms].flatMap(([name, { loss, scale }]) =>
      loss === undefined ? [] : [[name, { metric: loss, scale }] as const],
    ),
  );
}
