import type { Finding } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import { metricName } from '../model/metricName.ts';
import type { SeriesView } from '../rules/rule.ts';
import { latestOf } from '../rules/window.ts';
import type { KnownRun } from './knownRun.ts';
import type { BoundRunEvidence } from './runEvidence.ts';

/** How many of the latest values a figure on the line stands for. */
const window = 50;

/** A figure with the window it was taken from. */
export interface Figure {
  readonly last: number;
  readonly median: number;
  /** Number of values in the window. */
  readonly count: number;
}

export interface PairFigure extends Figure {
  readonly other: string;
  /** Share of the window in which the cosine is below 0. */
  readonly conflicts: number;
}

/** What is known of one term on its line, in the words of the editor. */
export interface TermInsight {
  readonly term: LossTerm;
  readonly run: KnownRun;
  /** The weight in the run's snapshot. */
  readonly weightThen: number | undefined;
  /** True where the line no longer says what the run was trained with. */
  readonly stale: boolean;
  readonly loss: Figure | undefined;
  readonly gradient: Figure | undefined;
  readonly gradientShare: Figure | undefined;
  readonly contribution: Figure | undefined;
  readonly valueShare: Figure | undefined;
  /** Cosine with the weighted sum of the other terms. */
  readonly cosine: Figure | undefined;
  readonly pairs: readonly PairFigure[];
  /** The loss over the whole run, in at most 40 columns. */
  readonly trend: readonly number[];
  readonly group: string;
  readonly probes: number;
  readonly lastStep: number | undefined;
  readonly findings: readonly Finding[];
  /** Name of the metric in the log, how it was found, and how sure that is, from 0 to 1. */
  readonly source:
    | { readonly metric: string; readonly because: string; readonly confidence: number }
    | undefined;
}

export interface InsightSource {
  readonly term: LossTerm;
  readonly run: KnownRun;
  readonly evidence: BoundRunEvidence;
  readonly findings: readonly Finding[];
}

/** Gathers what a run says about a term; undefined where it says nothing. */
export function describeTerm({
  term,
  run,
  evidence,
  findings,
}: InsightSource): TermInsight | undefined {
  const then = evidence.terms.find(({ name }) => name === term.name);
  const lossSeries = evidence.series(metricName.loss(term.name));
  const gradientShare = figure(evidence.series(metricName.gradientShare(term.name)));
  if (!lossSeries && !gradientShare) return undefined;
  const bound = evidence.binding.terms.get(term.name);
  return {
    term,
    run,
    weightThen: then?.weight,
    stale: then !== undefined && term.weight !== then.weight,
    loss: figure(lossSeries),
    gradient: figure(evidence.series(metricName.gradient(term.name))),
    gradientShare,
    contribution: figure(evidence.series(metricName.gradientContribution(term.name))),
    valueShare: figure(evidence.series(metricName.valueShare(term.name))),
    cosine: cosineWithRest(evidence, term.name),
    pairs: pairFigures(evidence, term.name),
    trend: trendOf(lossSeries, 40),
    group: evidence.group,
    probes: evidence.probes,
    lastStep: lossSeries?.steps.at(-1),
    findings: findings.filter((finding) => finding.term === term.name),
    source: bound?.loss
      ? { metric: bound.loss, because: bound.because, confidence: bound.confidence }
      : undefined,
  };
}

/** With two terms the rest is the other one, so a log that holds only pairs will do. */
function cosineWithRest(evidence: BoundRunEvidence, term: string): Figure | undefined {
  const rest = figure(evidence.series(metricName.cosineWithRest(term)));
  if (rest || evidence.terms.length !== 2) return rest;
  const other = evidence.terms.find(({ name }) => name !== term);
  return other && figure(evidence.series(metricName.cosine(term, other.name)));
}

function pairFigures(evidence: BoundRunEvidence, term: string): readonly PairFigure[] {
  return evidence.terms.flatMap(({ name: other }) => {
    const series = other === term ? undefined : evidence.series(metricName.cosine(term, other));
    const values = lastFinite(series);
    const base = figure(series);
    if (!base) return [];
    const conflicts = values.filter((value) => value < 0).length / values.length;
    return [{ ...base, other, conflicts }];
  });
}

function lastFinite(series: SeriesView | undefined): readonly number[] {
  return latestOf(series, window).filter(Number.isFinite);
}

function figure(series: SeriesView | undefined): Figure | undefined {
  if (!series || series.values.length === 0) return undefined;
  const values = [...lastFinite(series)].sort((a, b) => a - b);
  const middle = values.length >> 1;
  const upper = values[middle] ?? Number.NaN;
  const median = values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? Number.NaN)) / 2;
  return {
    last: series.values.at(-1) ?? Number.NaN,
    median,
    count: values.length,
  };
}

/** Means of equal parts of a series; a column without a finite value is NaN. */
function trendOf(series: SeriesView | undefined, columns: number): readonly number[] {
  if (!series) return [];
  const count = Math.min(columns, series.values.length);
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * series.values.length) / count);
    const to = Math.floor(((column + 1) * series.values.length) / count);
    // A long run is sampled within a column: a sparkline of a few pixels shows no more.
    const stride = Math.max(1, Math.floor((to - from) / 16));
    return meanOf(series, from, to, stride);
  });
}

function meanOf(series: SeriesView, from: number, to: number, stride: number): number {
  let sum = 0;
  let count = 0;
  for (let index = from; index < to; index += stride) {
    const value = series.values.at(index) ?? series.roughValue?.(index) ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
