import { basename } from 'node:path';

import type { CancellationToken } from '../base/cancellation.ts';
import type { DetailRequest, DetailResult } from '../ingest/detailReader.ts';
import { isFinalState } from '../model/run.ts';
import type { TrendsAppend, TrendsMessage, TrendsView } from '../protocol/panels/trends.ts';
import type { SeriesView } from '../rules/rule.ts';
import { type ConfigView, logPlaces, logProblemsNotice } from './configView.ts';
import type { KnownRun } from './knownRun.ts';
import type { BoundRunEvidence } from './runEvidence.ts';
import { drawCharts, planCharts } from './trendsCharts.ts';
import { otherFilesNotice } from './weightFiles.ts';

/** What a panel has been told so far. */
interface Told {
  readonly view: TrendsView;
  readonly runId: string | undefined;
  /** Everything but the points, to see whether a whole snapshot is due. */
  readonly outline: string;
  readonly counts: Map<string, number>;
}

/** Everything that the feed asks of the session. */
export interface TrendsSource {
  view(configUri: string): ConfigView | undefined;
  evidence(configUri: string, runId: string): BoundRunEvidence | undefined;
  skippedNotice(runId: string): string | undefined;
  /** Brings points back into memory that went out of it. */
  restore(request: DetailRequest, token: CancellationToken): Promise<DetailResult>;
}

/**
 * Keeps open panels up to date: a snapshot first, then only what is new, so that the cost of a
 * refresh follows the new points and not the history (house.md, invariant 7).
 */
export class TrendsFeed {
  readonly #source: TrendsSource;
  readonly #send: (message: TrendsMessage) => void;
  readonly #told = new Map<string, Told>();

  constructor(source: TrendsSource, send: (message: TrendsMessage) => void) {
    this.#source = source;
    this.#send = send;
  }

  /** A panel has opened, closed, or looks at another run. */
  setView(view: TrendsView): void {
    this.#told.delete(view.configUri);
    if (view.open) this.#snapshot(view);
  }

  /** The evidence of a config may have changed. */
  refresh(configUri: string): void {
    const told = this.#told.get(configUri);
    // A panel keeps what it shows while its config is closed.
    if (!told || !this.#source.view(configUri)) return;
    const shown = this.#shown(told.view);
    const evidence = shown && this.#source.evidence(configUri, shown);
    const append = evidence && this.#newPoints(told, evidence);
    if (shown !== told.runId || !append || told.outline !== this.#outline(told.view, evidence)) {
      this.#snapshot(told.view);
    } else if (append.length > 0) {
      this.#send({ type: 'append', configUri, runId: shown ?? '', points: append });
    }
  }

  #shown(view: TrendsView): string | undefined {
    const known = this.#source.view(view.configUri);
    const picked = known?.runs.find(({ id }) => id === view.runId);
    return picked?.id ?? known?.owner?.id;
  }

  #snapshot(view: TrendsView): void {
    const known = this.#source.view(view.configUri);
    const runId = this.#shown(view);
    const evidence = runId === undefined ? undefined : this.#source.evidence(view.configUri, runId);
    const { charts } = evidence ? drawCharts(evidence, view) : { charts: [] };
    const metrics = charts.flatMap(({ curves }) => curves.map(({ metric }) => metric));
    const counts = new Map(
      metrics.map((metric) => [metric, evidence?.series(metric)?.values.length ?? 0]),
    );
    const notice = this.#notice(known, runId);
    this.#told.set(view.configUri, {
      view,
      runId,
      outline: this.#outline(view, evidence),
      counts,
    });
    this.#send({
      type: 'snapshot',
      configUri: view.configUri,
      configName: known ? basename(known.file.path) : '',
      runs: (known?.runs ?? []).map(({ id, name, record }) => ({
        id,
        name,
        ...(record ? { state: record.state } : {}),
      })),
      ...(runId === undefined ? {} : { runId }),
      charts,
      ...(charts.length > 0 ? {} : { empty: emptyText(known, runId) }),
      ...(notice === undefined ? {} : { notice }),
    });
  }

  /** What could not be read: of the run, and of all logs where those of the config may lie. */
  #notice(known: ConfigView | undefined, runId: string | undefined): string | undefined {
    const skipped = runId === undefined ? undefined : this.#source.skippedNotice(runId);
    const notices = [skipped, known && logProblemsNotice(known)];
    return notices.filter((notice) => notice !== undefined).join(' ') || undefined;
  }

  #outline(view: TrendsView, evidence: BoundRunEvidence | undefined): string {
    const known = this.#source.view(view.configUri);
    const shown = this.#shown(view);
    return JSON.stringify([
      known?.runs.map(({ id, record }) => [id, record?.state]),
      evidence ? planCharts(evidence) : [],
      this.#notice(known, shown),
    ]);
  }

  /** What the panel has not seen; undefined where a series has shrunk, so that it must start anew. */
  #newPoints(told: Told, evidence: BoundRunEvidence): TrendsAppend['points'] | undefined {
    const points: TrendsAppend['points'] = [];
    for (const [metric, count] of told.counts) {
      const series = evidence.series(metric);
      const length = series?.values.length ?? 0;
      if (length < count) return undefined;
      if (!series || length === count) continue;
      // More came at once than memory holds: a snapshot tells of them by their summaries.
      if ((series.detailFrom ?? 0) > count) return undefined;
      points.push({ metric, ...pointsFrom(series, count) });
      told.counts.set(metric, length);
    }
    return points;
  }
}

function pointsFrom(series: SeriesView, from: number): { steps: number[]; values: number[] } {
  const steps: number[] = [];
  const values: number[] = [];
  for (let index = from; index < series.values.length; index += 1) {
    // A log without steps is drawn over the order of its points, as in the snapshot.
    const step = series.steps.at(index) ?? Number.NaN;
    steps.push(Number.isNaN(step) ? index : step);
    values.push(series.values.at(index) ?? Number.NaN);
  }
  return { steps, values };
}

function emptyText(known: ConfigView | undefined, runId: string | undefined): string {
  if (!known) return 'This config is not open. Open it to see its runs.';
  const { file, found } = known;
  if (file.terms.length === 0) {
    return otherFilesNotice(file.path, found) ?? 'No loss weights were found in this file.';
  }
  const run = known.runs.find(({ id }) => id === runId);
  if (run) return nothingMeasured(run);
  return `No run of this config yet. Run the training, or name the folder of its logs in counterweight.yaml (logs: [folder]). ${logPlaces(known)}`;
}

function nothingMeasured({ record }: KnownRun): string {
  return record && !isFinalState(record.state)
    ? 'Nothing is measured yet: the curves begin with the first values of this run.'
    : 'This run has no values of these losses.';
}
