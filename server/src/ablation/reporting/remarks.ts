import { type InTurns, mapInTurns } from '../../base/turns.ts';
import type { AblationRecord, Variant } from '../../model/ablation.ts';
import { isOfWeights } from '../../model/ablationRequest.ts';
import { isFinalState, type RunState } from '../../model/run.ts';
import { variantLabel } from '../variantLabel.ts';
import type { ArmResult, ArmSeries, Arms } from './arms.ts';
import type { ChosenMetric } from './metricChoice.ts';
import { isTotal } from './metricKind.ts';
import { countOf } from './wording.ts';

/** A note of the report, for a person. */
type Remarks = readonly string[];

/** How far the experiment is, while it is under way. */
export function remarkOnProgress(record: AblationRecord, results: readonly ArmResult[]): Remarks {
  if (isFinalState(record.state)) return [];
  const ended = results.filter(({ state }) => isFinalState(state)).length;
  return [
    `${ended} of ${countOf(record.runs.length, 'run')} have ended; this is not the last word.`,
  ];
}

/** How many runs that ended alike are named. */
const mostNamed = 3;

/** Names the runs that ended badly, those that did for one reason together, with the first and the last line of it. */
export function remarkOnLosses(record: AblationRecord, results: readonly ArmResult[]): Remarks {
  const alike = new Map<
    string,
    { readonly state: RunState; readonly why: string; readonly names: string[] }
  >();
  for (const result of results) {
    const { state } = result;
    if (!isFinalState(state) || state === 'finished') continue;
    const [first = '', ...more] = (result.reason ?? '').trim().split('\n');
    const why = [first, ...more.slice(-1)].join(' … ');
    const group = alike.get(`${state}: ${why}`) ?? { state, why, names: [] };
    group.names.push(nameRun(record, result));
    alike.set(`${state}: ${why}`, group);
  }
  return [...alike.values()].map(({ state, why, names }) => {
    const isOne = names.length === 1;
    const cancelled = `${isOne ? 'was' : 'were'} cancelled`;
    const outcome = state === 'cancelled' ? cancelled : state;
    const end = why === '' ? '.' : `: ${why}`;
    return `${nameSome(names)} ${outcome} and ${isOne ? 'is' : 'are'} left out${end}`;
  });
}

function nameSome(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  const named = names.slice(0, mostNamed).join('; ');
  return rest > 0 ? `${named}; and ${countOf(rest, 'more run')}` : named;
}

/** Names every run with a metric that is not a finite number, and the step where that begins. A turn is one run. */
export function* remarkOnNumbers(
  record: AblationRecord,
  results: readonly ArmResult[],
  metrics: readonly ChosenMetric[],
): InTurns<Remarks> {
  const remarks = yield* mapInTurns(results, (one) => remarkOnBreak(record, one, metrics));
  return remarks.flat();
}

function remarkOnBreak(
  record: AblationRecord,
  result: ArmResult,
  metrics: readonly ChosenMetric[],
): Remarks {
  const broken = metrics.flatMap(({ metric }) => {
    const series = result.series.get(metric);
    const step = series && firstStepNotFinite(series);
    return step === undefined ? [] : [{ metric, step }];
  });
  const [first] = broken.toSorted((a, b) => a.step - b.step);
  if (!first) return [];
  const more = broken.length > 1 ? ` (${countOf(broken.length - 1, 'other metric')} too)` : '';
  return [
    `${nameRun(record, result)}: ${first.metric} is NaN or infinite at step ${first.step}${more}.`,
  ];
}

function firstStepNotFinite(series: ArmSeries): number | undefined {
  if (series.firstNonFinite) return series.firstNonFinite()?.step;
  const { steps, values } = series;
  for (let at = 0; at < values.length; at += 1) {
    if (!Number.isFinite(values.at(at))) return steps.at(at) ?? 0;
  }
  return undefined;
}

/**
 * Says so where the arms stopped at different steps, for then they trained for different times. A turn is
 * one run.
 */
export function* remarkOnLengths(results: readonly ArmResult[]): InTurns<Remarks> {
  const lasts: number[] = [];
  for (const { state, series } of results) {
    if (state !== 'finished') continue;
    const last = Math.max(...[...series.values()].map(lastStep));
    if (Number.isFinite(last)) lasts.push(last);
    yield;
  }
  const shortest = Math.min(...lasts);
  const longest = Math.max(...lasts);
  // A twentieth: runs that log every so many steps may end a few steps apart.
  if (lasts.length < 2 || longest - shortest <= longest / 20) return [];
  return [
    `The runs ended at different steps (${shortest} to ${longest}), so their ends are not the same point of training.`,
  ];
}

function lastStep({ steps }: ArmSeries): number {
  return steps.at(-1) ?? Number.NEGATIVE_INFINITY;
}

/** Says why the total is no row, where the runs have one. */
export function remarkOnTotal(
  { request }: AblationRecord,
  available: readonly string[],
  metrics: readonly ChosenMetric[],
): Remarks {
  const asked = metrics.find(({ metric }) => isTotal(metric));
  const differing = isOfWeights(request) ? 'weights' : 'losses or weights';
  if (asked) {
    return [`${asked.metric} sums the losses with other weights in each arm: no common scale.`];
  }
  const total = available.find(isTotal);
  return total === undefined
    ? []
    : [`${total} is not compared: arms with different ${differing} have no common scale for it.`];
}

/**
 * Names the losses that a key of the config with their name in it may have made another function: the
 * same name then stands for two measures.
 */
export function remarkOnForms(
  { variants }: AblationRecord,
  metrics: readonly ChosenMetric[],
): Remarks {
  return metrics.flatMap(({ metric, term }) => {
    if (term === undefined) return [];
    const words = new RegExp(
      `(?:^|[._-])${term.replaceAll(/[^A-Za-z0-9]+/g, '.')}(?:$|[._-])`,
      'i',
    );
    const keys = variants.flatMap(({ keys: all = [] }) =>
      all.filter((key) => words.test(key) && !/weight|schedule/i.test(key)),
    );
    const [first] = keys;
    if (first === undefined) return [];
    return [
      `${first} differs between the arms: where ${metric} is computed in another way, its numbers are not on one scale. Go by what is measured on held-out data.`,
    ];
  });
}

/** Chosen metrics that can be compared, and why others cannot. */
export interface FairMetrics {
  readonly metrics: readonly ChosenMetric[];
  readonly remarks: Remarks;
}

/**
 * Drops the losses whose numbers follow the changed weight itself: those logged with their weight
 * in them, and those that are 0 throughout where the weight is 0 (decisions.md 1). A turn is one variant.
 */
export function* keepFairMetrics(
  arms: Arms,
  chosen: readonly ChosenMetric[],
): InTurns<FairMetrics> {
  const remarks: string[] = [];
  const metrics: ChosenMetric[] = [];
  for (const metric of chosen) {
    const bias = yield* findFirstBias(arms, metric);
    if (bias) remarks.push(bias.words);
    if (bias?.drop !== true) metrics.push(metric);
  }
  return { metrics, remarks };
}

/** Why the numbers of a metric say less than they seem to. */
interface Bias {
  readonly words: string;
  readonly drop: boolean;
}

function* findFirstBias(arms: Arms, metric: ChosenMetric): InTurns<Bias | undefined> {
  for (const variant of arms.record.variants) {
    const bias = findBias(arms, variant, metric);
    if (bias) return bias;
    yield;
  }
  return undefined;
}

function findBias(
  arms: Arms,
  variant: Variant,
  { metric, term, scale }: ChosenMetric,
): Bias | undefined {
  const change = variant.changes.find((one) => one.term === term);
  if (!change) return undefined;
  if (scale === 'weighted') {
    const words = `${metric} is logged with its weight in it, and the weight differs: it is not compared.`;
    return { words, drop: true };
  }
  const series = arms.seeds.flatMap(
    (seed) => arms.finished(variant.id, seed)?.series.get(metric) ?? [],
  );
  if (change.to === 0) {
    // With the weight at 0, a loss that is logged with it in would be 0; any other number is raw.
    if (series.length === 0 || !series.every(isZero)) return undefined;
    const words = `${metric} is 0 throughout ${variant.label}: it is logged after its weight, or not computed there. It is not compared.`;
    return { words, drop: true };
  }
  if (scale === 'raw') return undefined;
  const words = `It is not known whether ${metric} has its weight in it; if so, its row shows the weight. Set terms.${term}.scale in counterweight.yaml.`;
  return { words, drop: false };
}

function isZero(series: ArmSeries): boolean {
  if (series.valueRange) {
    const { lowest, highest } = series.valueRange();
    return lowest === 0 && highest === 0 && series.firstNonFinite?.() === undefined;
  }
  for (let at = 0; at < series.values.length; at += 1) {
    if (series.values.at(at) !== 0) return false;
  }
  return true;
}

function nameRun(record: AblationRecord, { variant, seed }: ArmResult): string {
  return `${variantLabel(record, variant)}, seed ${seed}`;
}
