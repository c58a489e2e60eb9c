import { logSumExp } from '../../../../server/src/numerics/balance/softmax.ts';

/**
 * InfoNCE (van den Oord et al. 2018, eq. 4) over a batch: each query's key is that of the same index, the others
 * are its negatives. Chance is log N. 1/τ multiplies the gradient.
 *
 * @param queries rows of length 1, as are the keys
 */
export function infoNce(
  queries: readonly (readonly number[])[],
  keys: readonly (readonly number[])[],
  temperature: number,
): { readonly loss: number; readonly chance: number } {
  const losses = queries.map((query, own) => {
    const logits = keys.map(
      (key) =>
        query.reduce((sum, value, index) => sum + value * (key[index] ?? Number.NaN), 0) /
        temperature,
    );
    return logSumExp(logits) - (logits[own] ?? Number.NaN);
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return { loss: mean, chance: Math.log(keys.length) };
}
