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
  wordsOf,
} from './metricKind.ts';

/** A metric that the report compares. */
export interface ChosenMetric {
  readonly metric: string;
  readonly better: Direction;
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
  if (input.chosen && input.chosen.length > 0) {
    return input.chosen.map(
      (metric) => losses.find((loss) => loss.metric === metric) ?? plain(metric),
    );
  }
  const leading = (input.leading ?? [])
    .filter((metric) => input.available.includes(metric))
    .map((metric) => losses.find((loss) => loss.metric === metric) ?? plain(metric));
  const isLoss = new Set(losses.map(({ metric }) => metric));
  const quality = input.available
    .filter((metric) => !isLoss.has(metric) && qualityRank(metric) !== undefined)
    .sort((a, b) => (qualityRank(a) ?? 0) - (qualityRank(b) ?? 0) || (a < b ? -1 : 1));
  const posterior = posteriorMetrics.filter((metric) => input.available.includes(metric));
  // Each loss keeps its row, however many measures of quality there are.
  const room = Math.max(1, rowLimit - losses.length);
  const rows = [...quality.slice(0, room).map(plain), ...losses, ...posterior.map(plain)];
  const anything = rows.length > 0 ? rows : input.available.filter(isResult).map(plain);
  const led = new Set(leading.map(({ metric }) => metric));
  const others = anything.filter(({ metric }) => !led.has(metric));
  return [...leading, ...others].slice(0, Math.max(rowLimit, leading.length));
}

function plain(metric: string): ChosenMetric {
  return { metric, better: directionOf(metric) };
}

function isResult(metric: string): boolean {
  return !isAdministrative(metric) && !isTotal(metric);
}

function termLosses(input: MetricChoiceInput): readonly ChosenMetric[] {
  return input.terms.flatMap((term) => {
    const bound = input.termMetrics?.get(term) ?? guessTermMetric(term, input.available);
    if (!bound || !input.available.includes(bound.metric)) return [];
    return [{ metric: bound.metric, better: 'lower' as const, term, scale: bound.scale }];
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
