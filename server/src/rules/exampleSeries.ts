import { createRandom } from '../base/random.ts';

/** The same value `count` times, for the examples of rules. */
export function constant(value: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => value);
}

/** A noisy value, the same in every run: normal noise of the given standard deviation. */
export function noisy(mean: number, deviation: number, count: number): readonly number[] {
  const random = createRandom(1, `${mean}/${deviation}`);
  return Array.from({ length: count }, () => mean + deviation * random.normal());
}

/** Gradient shares that stay the same, by the name of the term. */
export function constantShares(
  shares: Readonly<Record<string, number>>,
  count: number,
): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    Object.entries(shares).map(([term, share]) => [`grad_share/${term}`, constant(share, count)]),
  );
}
