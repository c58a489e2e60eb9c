import { basename } from 'node:path';

import { metricName } from '../model/metricName.ts';
import type { Chart, TrendsAppend, TrendsMessage, TrendsView } from '../protocol/panels/trends.ts';
import type { SeriesView } from '../rules/rule.ts';
import { querySeries } from '../store/seriesQuery.ts';
import { type ConfigView, logPlaces, logProblemsNotice } from './configView.ts';
import type { BoundRunEvidence } from './runEvidence.ts';

/** One curve that a panel can show. */
interface CurvePlan {
  readonly metric: string;
  readonly label: string;
  readonly color: number;
}

interface ChartPlan {
  readonly name: Chart['name'];
  readonly title: string;
  readonly curves: readonly CurvePlan[];
}

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
    const plans = evidence ? planCharts(evidence) : [];
    const counts = new Map<string, number>();
    const charts = plans.map((plan) => drawChart(plan, evidence, view.pixels, counts));
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
      ...(charts.length > 0 ? {} : { empty: emptyText(known) }),
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

/** The charts for which a run has data. */
function planCharts(evidence: BoundRunEvidence): readonly ChartPlan[] {
  const names = evidence.terms.map(({ name }) => name);
  const each = (metricOf: (term: string) => string): readonly CurvePlan[] =>
    names.map((name, color) => ({ metric: metricOf(name), label: name, color }));
  const total = { metric: metricName.totalLoss, label: 'total', color: names.length };
  const plans: readonly ChartPlan[] = [
    { name: 'loss', title: 'Losses', curves: [...each(metricName.loss), total] },
    {
      name: 'grad_share',
      title: `Share of the gradient on ${evidence.group}`,
      curves: each(metricName.gradientShare),
    },
    { name: 'cos', title: 'Cosine of the gradients', curves: cosineCurves(names) },
    {
      name: 'value_share',
      title: 'Share of the total loss (weighted)',
      curves: each(metricName.valueShare),
    },
  ];
  return plans
    .map((plan) => ({
      ...plan,
      curves: plan.curves.filter(({ metric }) => evidence.series(metric) !== undefined),
    }))
    .filter(({ curves }) => curves.length > 0);
}

function cosineCurves(names: readonly string[]): readonly CurvePlan[] {
  return names.flatMap((first, index) =>
    names.slice(index + 1).map((second, offset) => ({
      metric: metricName.cosine(first, second),
      label: `${first} ~ ${second}`,
      color: index + offset,
    })),
  );
}

function drawChart(
  plan: ChartPlan,
  evidence: BoundRunEvidence | undefined,
  pixels: number,
  counts: Map<string, number>,
): Chart {
  const curves = plan.curves.flatMap((curve) => {
    const series = evidence?.series(curve.metric);
    if (!series) return [];
    counts.set(curve.metric, series.values.length);
    const { steps, values, reduced } = querySeries(series, { pixels });
    return [{ ...curve, steps, values, reduced }];
  });
  return { name: plan.name, title: plan.title, curves };
}

function emptyText(known: ConfigView | undefined): string {
  if (!known) return 'This config is not open. Open it to see its runs.';
  if (known.file.terms.length === 0) return 'No loss weights were found in this file.';
  const roots = logPlaces(known);
  const places = roots.length > 0 ? ` Logs are looked for in ${roots.join(', ')}.` : '';
  return `No run of this config yet. Run the training, or name the folder of its logs in counterweight.yaml (logs: [runs]).${places}`;
}
