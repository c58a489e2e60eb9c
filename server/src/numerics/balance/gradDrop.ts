import { component } from './dense.ts';

/**
 * GradDrop (Chen et al. NeurIPS 2020, algorithm 1) on the gradients themselves: per parameter, with
 * p = ½(1 + Σgₖ/Σ|gₖ|) only the positive entries stay where p > u, and only the negative ones where p < u,
 * u uniform. It needs every entry of every gradient: it cannot be had from the Gramian, and d is not a
 * combination of the gradients.
 *
 * @param rows the gradients, K rows of P entries
 * @param uniforms P numbers on [0, 1)
 * @param leak per loss the share of its entry that stays in any case (default 0)
 * @returns d; 0 where all entries of a parameter are 0, and NaN where one is not finite
 */
export function gradDrop(
  rows: readonly (readonly number[])[],
  uniforms: readonly number[],
  leak: readonly number[] = [],
): readonly number[] {
  return uniforms.map((uniform, column) => {
    const entries = rows.map((row) => component(row, column));
    const sum = entries.reduce((all, value) => all + value, 0);
    const size = entries.reduce((all, value) => all + Math.abs(value), 0);
    if (size === 0) return 0;
    const purity = (1 + sum / size) / 2;
    return entries.reduce((kept, value, loss) => {
      const stays = (purity > uniform && value > 0) || (purity < uniform && value < 0);
      const share = leak[loss] ?? 0;
      return kept + value * (share + (1 - share) * (stays ? 1 : 0));
    }, 0);
  });
}
