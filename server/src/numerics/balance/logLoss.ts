/** A loss passed through a function: its value and the weight its gradient gets. */
export interface TransformedLoss {
  readonly value: number;
  /** The derivative of the function at the loss. */
  readonly weight: number;
}

/**
 * log(L + ε), weight 1/(L + ε): the objective of the whole log family (science.md §1.2), unchanged when a
 * loss is scaled. ε 1e-8 by default. Explodes as L → 0; a loss below −ε has no logarithm and gets weight
 * 0, value NaN.
 */
export function logLoss(loss: number, epsilon = 1e-8): TransformedLoss {
  const shifted = loss + epsilon;
  if (shifted <= 0) return { value: Number.NaN, weight: 0 };
  return { value: Math.log(shifted), weight: 1 / shifted };
}

/**
 * log(1 + L), weight 1/(1 + L) (seed 003). Not a rescaling to equal size: small losses keep weight 1, large
 * ones tend to the log family. Undefined for L ≤ −1: weight 0, value NaN.
 */
export function log1pLoss(loss: number): TransformedLoss {
  if (loss <= -1) return { value: Number.NaN, weight: 0 };
  return { value: Math.log1p(loss), weight: 1 / (1 + loss) };
}
