import { component, mean } from './dense.ts';

export interface EmaInverseSeedOptions {
  /** Share of the old weight that stays. Default 0.9. */
  readonly momentum?: number;
  /** How many values the mean goes over. Default 10. */
  readonly window?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

export interface EmaInverseSeedState {
  /** Per loss its last values, `window` at most. */
  readonly history: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/** Before the first call: no history, the weights of the config. */
export function firstEmaInverseSeed(weights: readonly number[]): EmaInverseSeedState {
  return { history: weights.map(() => []), weights };
}

/**
 * Seed 003 as written: wₖ ← 0.9 wₖ + 0.1/(mean of the last 10 values + 1e-8), from the second call on. For
 * comparison; its traps are told at `emaInverse`. (The seed keeps all values; only the last 10 count.)
 */
export function emaInverseSeed(
  state: EmaInverseSeedState,
  losses: readonly number[],
  options: EmaInverseSeedOptions = {},
): EmaInverseSeedState {
  const { momentum = 0.9, window = 10, epsilon = 1e-8 } = options;
  const history = state.history.map((values, index) =>
    [...values, component(losses, index)].slice(-window),
  );
  const isFirst = state.history.every((values) => values.length === 0);
  if (isFirst) return { history, weights: state.weights };
  const weights = state.weights.map((weight, index) => {
    const recent = mean(history[index] ?? []);
    return momentum * weight + (1 - momentum) / (recent + epsilon);
  });
  return { history, weights };
}
