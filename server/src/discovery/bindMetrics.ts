import type { LossScale } from '../model/lossTerm.ts';
import { metricName } from '../model/metricName.ts';
import type { NumberColumn } from '../model/numberColumn.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { inferScale, type ScaledSeries, type ScaleInference } from './inferScale.ts';
import { areSynonyms, type MetricMeaning, readMetricName } from './metricWords.ts';

/** Which logged metrics show a term, and how sure that is. */
export interface TermBinding {
  /** Metric that logs the loss. */
  readonly loss?: string;
  /** Metric that logs the norm of its unweighted gradient. */
  readonly gradient?: string;
  /** From 0 to 1; 1 where `counterweight.yaml` says so, 0 where nothing is bound. */
  readonly confidence: number;
  readonly scale: LossScale;
  /** For the hover: why these metrics, and why this scale. */
  readonly because: string;
}

/** A term with its weight in the config snapshot of the run. */
export interface BindableTerm {
  readonly name: string;
  readonly weight: number | undefined;
}

export interface RunBinding {
  readonly terms: ReadonlyMap<string, TermBinding>;
  /** Metric that logs the total loss. */
  readonly total?: string;
}

/** A metric that fits, from 0 (not at all) to 1. */
interface Candidate {
  readonly metric: string;
  readonly score: number;
}

/**
 * Binds the terms of a config to the metrics of a run by their names, training before held-out
 * data, and infers from the values whether the losses are logged raw or weighted. What
 * `counterweight.yaml` says goes before every guess, also for metrics that have not appeared yet.
 */
export function bindTerms(
  terms: readonly BindableTerm[],
  metrics: readonly string[],
  project: ProjectFile | undefined,
  valuesOf: (metric: string) => NumberColumn | undefined,
): RunBinding {
  const meanings = metrics.map((metric) => ({ metric, meaning: readMetricName(metric) }));
  const find = (rate: (meaning: MetricMeaning, metric: string) => number): Candidate | undefined =>
    pickBest(meanings.map(({ metric, meaning }) => ({ metric, score: rate(meaning, metric) })));
  const total = project?.total ?? find(rateTotal)?.metric;
  const taken = new Set(terms.map((term) => term.name));
  const bound = terms.map(({ name, weight }) => {
    const word = project?.terms?.[name];
    const loss = find((meaning, metric) =>
      metric === total ? 0 : rateTerm(meaning, metric, { name, family: 'loss', taken }),
    );
    const gradient = find((meaning, metric) =>
      rateTerm(meaning, metric, { name, family: 'gradient', taken }),
    );
    return { name, weight, word, loss, gradient };
  });
  const series: ScaledSeries[] = bound.map(({ weight, word, loss }) => {
    const metric = word?.metric ?? loss?.metric;
    return { weight, values: metric === undefined ? undefined : valuesOf(metric) };
  });
  const inferred = inferScale(series, total === undefined ? undefined : valuesOf(total));
  const bindings = bound.map((one): [string, TermBinding] => [
    one.name,
    toBinding(one, inferred, new Set(metrics)),
  ]);
  return { terms: new Map(bindings), ...(total !== undefined && { total }) };
}

type TermWord = NonNullable<ProjectFile['terms']>[string];

/** A term with the user's word on it and the metrics that fit it best. */
interface MatchedTerm extends BindableTerm {
  readonly word: TermWord | undefined;
  readonly loss: Candidate | undefined;
  readonly gradient: Candidate | undefined;
}

function toBinding(
  term: MatchedTerm,
  inferred: ScaleInference,
  metrics: ReadonlySet<string>,
): TermBinding {
  const loss = term.word?.metric ?? term.loss?.metric;
  const gradient = term.word?.gradient ?? term.gradient?.metric;
  const { scale, because } = scaleOf(term, loss, inferred, metrics);
  const { confidence, reason } = reasonOf(term);
  return {
    ...(loss !== undefined && { loss }),
    ...(gradient !== undefined && { gradient }),
    confidence,
    scale,
    because: `${reason}; ${scale === 'unknown' ? 'scale unknown' : scale}: ${because}`,
  };
}

function reasonOf({ word, loss, gradient }: MatchedTerm): { confidence: number; reason: string } {
  if (word?.metric !== undefined || word?.gradient !== undefined) {
    return { confidence: 1, reason: 'counterweight.yaml names it' };
  }
  const confidence = loss?.score ?? gradient?.score ?? 0;
  const fits = confidence > 0;
  return { confidence, reason: fits ? 'the name of the metric fits' : 'no metric bears its name' };
}

/** The scale of one term: what the user says, then what the name says, then what the sums say. */
function scaleOf(
  term: MatchedTerm,
  loss: string | undefined,
  inferred: ScaleInference,
  metrics: ReadonlySet<string>,
): ScaleInference {
  if (term.word?.scale) return { scale: term.word.scale, because: 'counterweight.yaml says so' };
  if (loss === undefined) return { scale: 'unknown', because: 'its loss is not logged' };
  if (loss === metricName.loss(term.name) && metrics.has(metricName.weight(term.name))) {
    return { scale: 'raw', because: 'the log is in our own vocabulary' };
  }
  const said = readMetricName(loss).scale;
  if (said) return { scale: said, because: 'the name of the metric says so' };
  if (term.weight === 1) return { scale: 'raw', because: 'its weight is 1' };
  return inferred;
}

/** The best of the candidates; of equal ones the shortest name, then the first in the alphabet. */
function pickBest(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates
    .filter(({ score }) => score > 0)
    .sort(
      (a, b) =>
        b.score - a.score ||
        a.metric.length - b.metric.length ||
        (a.metric < b.metric ? -1 : Number(a.metric > b.metric)),
    )[0];
}

/** How well a metric fits a term, from 0 to 1. */
export function rateTerm(
  meaning: MetricMeaning,
  metric: string,
  wanted: {
    readonly name: string;
    readonly family: 'loss' | 'gradient';
    readonly taken: ReadonlySet<string>;
  },
): number {
  const { name, family, taken } = wanted;
  const canonical = family === 'loss' ? metricName.loss(name) : metricName.gradient(name);
  if (metric === canonical) return 1;
  // A norm that was multiplied by the weight already is not the norm that is asked for.
  if (family === 'gradient' && meaning.scale === 'weighted') return 0;
  const isSame = meaning.subject === name;
  const isSynonym = !taken.has(meaning.subject) && areSynonyms(meaning.subject, name);
  if (!isSame && !isSynonym) return 0;
  return (isSame ? 0.95 : 0.75) * rateFamily(meaning, family) - distance(meaning);
}

/** A metric that bears the name alone may be its loss; it is never its gradient. */
function rateFamily(meaning: MetricMeaning, family: 'loss' | 'gradient'): number {
  if (meaning.family === family) return 1;
  return family === 'loss' && meaning.family === 'bare' ? 0.65 : 0;
}

function rateTotal(meaning: MetricMeaning, metric: string): number {
  if (metric === metricName.totalLoss) return 1;
  const isTotal = meaning.subject === 'total' || meaning.subject === 'all';
  if (meaning.family !== 'loss' || !(isTotal || meaning.subject === '')) return 0;
  return (isTotal ? 0.95 : 0.9) - distance(meaning);
}

/** What speaks against a metric: held-out data most, then a weighted loss, then means of epochs. */
function distance(meaning: MetricMeaning): number {
  const weighted = meaning.scale === 'weighted' ? 0.1 : 0;
  return (meaning.heldOut ? 0.2 : 0) + weighted + (meaning.epoch ? 0.03 : 0);
}
