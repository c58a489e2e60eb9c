import type { Random } from '../../base/random.ts';
import { mean, standardDeviation } from '../moments.ts';
import { shuffledOrder } from '../shuffledOrder.ts';
import { type FlowSample, summariseFlow } from './flowMetrics.ts';

/** One sample with its own condition and with that of another. */
export interface ConditionPair {
  readonly own: FlowSample;
  readonly swapped: FlowSample;
}

/** What a velocity field loses when samples get each other's conditions. */
export interface ConditionGain {
  /** Cosine with the own condition minus that with another's. */
  readonly cosine: number;
  /** NMSE with another's condition minus that with the own; exactly 0 says that the condition is not connected. */
  readonly nmse: number;
  /** The mean of `nmse` over batches by its standard error; 0 where it is 0 in all of them. */
  readonly t: number;
}

/**
 * Rule R16 of science.md §2.4: above 2, with a gain in NMSE of more than 0.01, a condition is used.
 * Seed 004's rule, a gain above 0 in one batch, fires for a useless condition in 6 of 10 runs.
 *
 * @param random deals the samples out to batches, so that an order of theirs does no harm
 * @param batches how many batches; each has two samples or more
 */
export function conditionGain(
  pairs: readonly ConditionPair[],
  random: Random,
  batches = 20,
): ConditionGain {
  const { cosine, nmse } = gainOf(pairs);
  const parts = Math.min(batches, Math.floor(pairs.length / 2));
  const order = shuffledOrder(pairs.length, random).flatMap((index) => pairs[index] ?? []);
  const gains = Array.from({ length: parts }, (_, part) =>
    gainOf(order.filter((_pair, place) => place % parts === part)),
  ).map((gain) => gain.nmse);
  const error = standardDeviation(gains) / Math.sqrt(gains.length);
  return { cosine, nmse, t: gains.every((gain) => gain === 0) ? 0 : mean(gains) / error };
}

function gainOf(pairs: readonly ConditionPair[]): Omit<ConditionGain, 't'> {
  const own = summariseFlow(pairs.map((pair) => pair.own));
  const swapped = summariseFlow(pairs.map((pair) => pair.swapped));
  return { cosine: own.cosine - swapped.cosine, nmse: swapped.nmse - own.nmse };
}
