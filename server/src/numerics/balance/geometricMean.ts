import { component, mean } from './dense.ts';

/** One value out of several losses, and its derivative by each. */
export interface Scalarisation {
  readonly total: number;
  readonly weights: readonly number[];
}

/**
 * GLS (Chennupati et al. CVPRW 2019, eq. 2): (Π Lₖ)^(1/K), weight (ΠL)^(1/K)/(K Lₖ); the log family times the
 * mean. LibMTL's returned "weights" lack the factor (ΠL)^(1/K).
 *
 * Undefined where a loss is not positive: total NaN and all weights 0.
 */
export function geometricMean(losses: readonly number[]): Scalarisation {
  if (!losses.every((loss) => loss > 0)) {
    return { total: Number.NaN, weights: losses.map(() => 0) };
  }
  const logs = losses.map(Math.log);
  const middle = mean(logs);
  return {
    total: Math.exp(middle),
    weights: losses.map((_, index) => Math.exp(middle - component(logs, index)) / losses.length),
  };
}
