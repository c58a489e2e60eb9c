import type { Random } from '../base/random.ts';

/** 0 … count − 1 in an order drawn at random (Fisher and Yates). */
export function shuffledOrder(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random.uniform() * (last + 1));
    [order[last], order[chosen]] = [order[chosen] ?? 0, order[last] ?? 0];
  }
  return order;
}
