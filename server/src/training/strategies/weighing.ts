import type { Random } from '../../base/random.ts';
import { component, constantVector } from '../../numerics/balance/dense.ts';
import { hasFiniteEntries } from '../../numerics/balance/unitRows.ts';
import { Gramian } from '../../numerics/gramian.ts';
import type {
  StrategyMoment,
  StrategyReading,
  StrategySetup,
  StrategyState,
  WeightsApply,
} from '../strategy.ts';

/** The losses that take part: those whose weight is not 0. All vectors have `size` entries. */
export interface Participants {
  readonly size: number;
  readonly terms: readonly string[];
  /** Their weights in the config. */
  readonly weights: readonly number[];
  /** Index of the reference among them; −1 where it takes no part. */
  readonly reference: number;
  readonly random: Random;
}

/** The mathematics of a strategy, for losses that all take part and readings that are all finite. */
export interface Balance {
  /** A coefficient for each loss; undefined where the formula gives none. */
  coefficients(moment: StrategyMoment): readonly number[] | undefined;
  after?(losses: readonly number[]): void;
  snapshot(): readonly number[];
  restore(numbers: readonly number[]): void;
}

/**
 * The state of a strategy around its mathematics, with what all have in common: losses of weight 0 take
 * no part; the config's weights come in as `apply` says; and a reading that is not finite, or out of which
 * no weights come that float32 can hold, leaves the weights as they were.
 *
 * @param also losses that are told even if their weight is 0; theirs stays 0
 */
export function createWeighing(
  { terms, weights, reference, random }: StrategySetup,
  apply: WeightsApply,
  create: (participants: Participants) => Balance,
  also: readonly number[] = [],
): StrategyState {
  const taking = [...weights.keys()].filter(
    (index) => weights[index] !== 0 || also.includes(index),
  );
  const own = taking.map((index) => component(weights, index));
  const narrow = narrowing(taking, weights.length, apply === 'before' ? own : undefined);
  const balance = create({
    size: taking.length,
    terms: taking.flatMap((index) => terms[index] ?? []),
    weights: own,
    reference: taking.indexOf(reference),
    random,
  });
  /** Multiplied by the config's weights and put back to all losses. */
  const widen = (coefficients: readonly number[]): readonly number[] => {
    const made = constantVector(weights.length, 0);
    for (const [position, index] of taking.entries()) {
      const weight = component(own, position);
      made[index] = weight === 0 ? 0 : weight * component(coefficients, position);
    }
    return made;
  };
  let last = weights;
  const state: StrategyState = {
    weights(moment) {
      const reading = narrow(moment);
      if (taking.length === 0 || !hasFiniteFigures(reading)) return last;
      const coefficients = balance.coefficients({ ...reading, step: moment.step });
      const made = coefficients && widen(coefficients);
      if (made?.every(isSingle)) last = made;
      return last;
    },
    snapshot: () => [...last, ...balance.snapshot()],
    restore(numbers) {
      last = numbers.slice(0, weights.length);
      balance.restore(numbers.slice(weights.length));
    },
  };
  if (!balance.after) return state;
  return {
    ...state,
    after(losses) {
      const reading = narrow({ losses, gradients: undefined });
      if (hasFiniteFigures(reading)) balance.after?.(reading.losses);
    },
  };
}

/** Mathematics without a memory. */
export function memoryless(coefficients: Balance['coefficients']): Balance {
  return { coefficients, snapshot: () => [], restore: () => undefined };
}

/** Mathematics on the Gramian alone. */
export function onGramian(
  solve: (gradients: Gramian, losses: readonly number[]) => readonly number[],
): Balance {
  return memoryless(({ gradients, losses }) => gradients && solve(gradients, losses));
}

/** The reading of those that take part, multiplied by the scales. */
function narrowing(
  taking: readonly number[],
  size: number,
  scales: readonly number[] | undefined,
): (reading: StrategyReading) => StrategyReading {
  const scale = (position: number): number => scales?.[position] ?? 1;
  const changesNothing =
    taking.length === size && taking.every((_, position) => scale(position) === 1);
  return ({ losses, gradients }) => {
    if (changesNothing) return { losses, gradients };
    return {
      losses:
        losses.length === 0
          ? losses
          : taking.map((index, position) => scale(position) * component(losses, index)),
      gradients: gradients && narrowed(gradients, taking, scale),
    };
  };
}

function narrowed(
  gradients: Gramian,
  taking: readonly number[],
  scale: (position: number) => number,
): Gramian {
  const entries = taking.flatMap((row, i) =>
    taking.map((column, j) => scale(i) * scale(j) * gradients.at(row, column)),
  );
  return Gramian.fromEntries(taking.length, entries);
}

function hasFiniteFigures({ losses, gradients }: StrategyReading): boolean {
  return losses.every(Number.isFinite) && (gradients === undefined || hasFiniteEntries(gradients));
}

/** Whether float32, in which steps are taken, can hold it. */
function isSingle(weight: number): boolean {
  return Number.isFinite(Math.fround(weight));
}
