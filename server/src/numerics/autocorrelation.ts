import { mean } from './moments.ts';

/**
 * Lag-1 autocorrelation r₁ = Σ (x_t − x̄)(x_{t+1} − x̄) / Σ (x_t − x̄)² (Box and Jenkins 1970). 0 for
 * fewer than three values and for values that are all equal, where it is not defined.
 */
export function lagOneAutocorrelation(values: ArrayLike<number>): number {
  if (values.length < 3) return 0;
  const centre = mean(values);
  let products = 0;
  let squares = 0;
  let previous = 0;
  for (let index = 0; index < values.length; index += 1) {
    const deviation = (values[index] ?? Number.NaN) - centre;
    if (index > 0) products += previous * deviation;
    squares += deviation ** 2;
    previous = deviation;
  }
  return squares === 0 ? 0 : products / squares;
}
