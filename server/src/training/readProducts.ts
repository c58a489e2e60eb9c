import { Gramian } from '../numerics/gramian.ts';
import type { StrategyReading } from './strategy.ts';

/** What a strategy is told, out of K losses and, where it needs them, the K² products behind. */
export function readProducts(values: ArrayLike<number>, count: number): StrategyReading {
  const numbers = Array.from(values);
  const products = numbers.slice(count, count + count * count);
  return {
    losses: numbers.slice(0, count),
    gradients: products.length > 0 ? Gramian.fromEntries(count, products) : undefined,
  };
}
