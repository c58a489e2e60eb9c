import { basename } from 'node:path';

import { metricName } from '../model/metricName.ts';
import { type RunRecord, resumableStep } from '../model/run.ts';
import type { RunProgress, RunSummary } from '../protocol/runs.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { KnownRun } from './knownRun.ts';
import { placeOf } from './logPlace.ts';
import type { RunStatus } from './startedRun.ts';

/** What a store counts of the parts of a run's logs that could not be read. */
type Skipped = ReturnType<MetricStore['skipped']>;

export interface SummaryInput {
  readonly run: KnownRun;
  readonly store: MetricStore;
  readonly status: RunStatus | undefined;
  readonly configUris: readonly string[];
}

/** A run as lists show it. */
export function summarizeRun({ run, store, status, configUris }: SummaryInput): RunSummary {
  const { record } = run;
  const skipped = store.skipped(run.id);
  const given = {
    state: record?.state,
    step: status?.step ?? store.lastStep(run.id),
    steps: record?.steps,
    loss: status?.loss,
    backend: record?.backend,
    backendReason: record?.backendReason,
    startedAt: record?.startedAt,
    reason: record?.reason,
    place: record?.place,
    ablation: record?.ablation?.id,
    notices: record?.notices,
    resumableFrom: record && resumableStep(record),
  };
  return {
    id: run.id,
    name: run.name,
    path: run.id,
    configUris: [...configUris],
    engine: record?.engine ?? 'watched',
    points: store.pointCount(run.id),
    skipped: { count: skipped.count, examples: skippedExamples(skipped, run) },
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** How a run that was started here is doing, for its notification. */
export function describeProgress(
  status: RunStatus,
  store: MetricStore,
  configUri: string,
): RunProgress {
  const { id, record } = status;
  const given = {
    steps: record.steps,
    loss: status.loss ?? lastLoss(store, id),
    backend: record.backend,
    reason: record.reason,
    place: record.place,
    ablation: record.ablation?.id,
    resumableFrom: resumableStep(record),
  };
  return {
    runId: id,
    title: runTitle(record),
    configUri,
    state: record.state,
    // The user's own program tells its step only through its log.
    step: Math.max(status.step, store.lastStep(id) ?? 0),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/**
 * `2 parts of the logs could not be read: metrics.jsonl, bytes 120–161: not JSON`; of a database
 * rows in the place of bytes.
 */
export function skippedNotice(skipped: Skipped, run: KnownRun | undefined): string | undefined {
  if (skipped.count === 0) return undefined;
  const parts = skipped.count === 1 ? '1 part' : `${skipped.count} parts`;
  return `${parts} of the logs could not be read: ${skippedExamples(skipped, run).slice(0, 3).join('; ')}`;
}

function skippedExamples({ examples }: Skipped, run: KnownRun | undefined): string[] {
  return examples.map((part) => `${placeOf(part, run)}: ${part.reason}`);
}

function runTitle({ engine, config, command }: RunRecord): string {
  const name = basename(config);
  return engine === 'task' ? `Training ${name}` : `Running ${command?.[0]} with ${name}`;
}

function lastLoss(store: MetricStore, runId: string): number | undefined {
  const names = [metricName.totalLoss, 'total_loss', 'loss', 'train/loss', 'train_loss'];
  for (const name of names) {
    const series = store.series(runId, name);
    if (series && series.length > 0) return series.values.at(-1);
  }
  return undefined;
}
