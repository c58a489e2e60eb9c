import type { Random } from '../../base/random.ts';
import type { VisitOrders } from '../../numerics/balance/pcGrad.ts';

/** For each of so many losses an order in which it visits all, each drawn anew (Fisher & Yates, Durstenfeld 1964). */
export function drawOrders(random: Random, size: number): VisitOrders {
  return Array.from({ length: size }, () => shuffled(random, size));
}

function shuffled(random: Random, size: number): readonly number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last -= 1) {
    const other = Math.floor(random.uniform() * (last + 1));
    const kept = order[last] ?? last;
    order[last] = order[other] ?? other;
    order[other] = kept;
  }
  return order;
}
