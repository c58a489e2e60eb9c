import type { LossScale } from '../../model/lossTerm.ts';
import { metricName } from '../../model/metricName.ts';
import type { TermMetric } from './arms.ts';
import {
  type Direction,
  directionOf,
  isAdministrative,
  isTotal,
  posteriorMetrics,
  qualityRank,
  qualityReason,
  wordsOf,
} from './metricKind.ts';

/** A metric that the report compares. */
export interface ChosenMetric {
  readonly metric: string;
  readonly better: Direction;
  /** Why it is compared, as the end of a sentence. */
  readonly reason: string;
  /** Where it is the loss of a term: which one, and whether its weight is in the number. */
  readonly term?: string;
  readonly scale?: LossScale;
}

export interface MetricChoiceInput {
  readonly terms: readonly string[];
  readonly termMetrics?: ReadonlyMap<string, TermMetric>;
  /** Names of all metrics that the runs have. */
  readonly available: readonly string[];
  /** The user's choice, most important first. */
  readonly chosen?: readonly string[];
  /** Where that choice was made, as the end of a sentence: `it was picked in this report`. */
  readonly chosenWhere?: string;
  /** Those that answer what the experiment asks, before all that are chosen by their names. */
  readonly leading?: readonly string[];
}

/** More rows than this are no longer read. */
const rowLimit = 8;

/**
 * The metrics to compare, most telling first: the user's choice where there is one, else measures
 * of quality, then the loss of each term, then what shows a KL term at work. Never the total,
 * gradients, weights or times, unless the user asks for them.
 */
export function chooseMetrics(input: MetricChoiceInput): readonly ChosenMetric[] {
  const losses = termLosses(input);
  const known = (metric: string, reason: string): ChosenMetric => ({
    ...(losses.find((loss) => loss.metric === metric) ?? { metric, better: directionOf(metric) }),
    reason,
  });
  if (input.chosen && input.chosen.length > 0) {
    const where = input.chosenWhere ?? 'it is named in ablation.metrics of counterweight.yaml';
    return input.chosen.map((metric) => known(metric, where));
  }
  const leading = (input.leading ?? [])
    .filter((metric) => input.available.includes(metric))
    .map((metric) => known(metric, 'it answers what this experiment asks'));
  const isLoss = new Set(losses.map(({ metric }) => metric));
  const quality = input.available
    .filter((metric) => !isLoss.has(metric) && qualityRank(metric) !== undefined)
    .sort((a, b) => (qualityRank(a) ?? 0) - (qualityRank(b) ?? 0) || (a < b ? -1 : 1))
    .map((metric) => known(metric, qualityReason(metric)));
  const posterior = posteriorMetrics
    .filter((metric) => input.available.includes(metric))
    .map((metric) => known(metric, 'it shows whether a KL term acts'));
  // Each loss keeps its row, however many measures of quality there are.
  const room = Math.max(1, rowLimit - losses.length);
  const rows = [...quality.slice(0, room), ...losses, ...posterior];
  const nothing = 'no measure of quality and no loss of a term was found, so any result is shown';
  const anything =
    rows.length > 0
      ? rows
      : input.available.filter(isResult).map((metric) => known(metric, nothing));
  const led = new Set(leading.map(({ metric }) => metric));
  const others = anything.filter(({ metric }) => !led.has(metric));
  return [...leading, ...others].slice(0, Math.max(rowLimit, leading.length));
}

function isResult(metric: string): boolean {
  return !isAdministrative(metric) && !isTotal(metric);
}

function termLosses(input: MetricChoiceInput): readonly ChosenMetric[] {
  return input.terms.flatMap((term) => {
    const bound = input.termMetrics?.get(term) ?? guessTermMetric(term, input.available);
    if (!bound || !input.available.includes(bound.metric)) return [];
    const reason = `it is the loss of the term ${term}`;
    return [{ metric: bound.metric, better: 'lower' as const, reason, term, scale: bound.scale }];
  });
}

/** `loss/render` is raw by our vocabulary; of `render_loss` by another program nothing is known. */
function guessTermMetric(term: string, available: readonly string[]): TermMetric | undefined {
  const canonical = metricName.loss(term);
  if (available.includes(canonical)) return { metric: canonical, scale: 'raw' };
  const wanted = wordsOf(term).join('_');
  const metric = available.find((name) => {
    const words = wordsOf(name).filter((word) => word !== 'train');
    const rest = words.filter((word) => word !== 'loss');
    return words.length > rest.length && rest.join('_') === wanted;
  });
  return metric === undefined ? undefined : { metric, scale: 'unknown' };
}
