/**
 * The canonical vocabulary of metrics (product.md §2). A name is `family/subject`, with `@group`
 * behind gradient figures that refer to a parameter group other than the shared one.
 */
export const metricName = {
  /** Raw value of one loss. */
  loss: (term: string) => `loss/${term}`,
  /** Weighted sum of all losses. */
  totalLoss: 'loss/total',
  /** Effective weight of one loss at this step. */
  weight: (term: string) => `weight/${term}`,
  /** |w L| over the sum of |w L|. */
  valueShare: (term: string) => `value_share/${term}`,
  /** L2 norm of the unweighted gradient. */
  gradient: (term: string) => `grad/${term}`,
  /** L2 norm of the gradient of the weighted sum. */
  totalGradient: 'grad/total',
  /** Weight times the norm of the gradient. */
  weightedGradient: (term: string) => `grad_weighted/${term}`,
  /** ν = |w|‖g‖ over the sum of |w|‖g‖ (science.md §2.4). */
  gradientShare: (term: string) => `grad_share/${term}`,
  /** π = ⟨w g, d⟩ / ‖d‖², signed; sums to 1 over the terms (science.md §2.4). */
  gradientContribution: (term: string) => `grad_contribution/${term}`,
  /** Cosine of two loss gradients; the names are in the order of the config. */
  cosine: (first: string, second: string) => `cos/${first}~${second}`,
  /** Cosine of one loss gradient with the weighted sum of the others' gradients. */
  cosineWithRest: (term: string) => `cos/${term}~rest`,
  /** ‖Δθ‖/‖θ‖ of the step just taken, by parameter group. */
  updateRatio: (group: string) => `step/${group}_update_ratio`,
  /** The learning rate of a parameter group at this step. */
  learningRate: (group: string) => `lr/${group}`,
  /** A gradient figure of a parameter group other than the shared one. */
  inGroup: (metric: string, group: string) => `${metric}@${group}`,
} as const;
