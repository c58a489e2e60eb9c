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
  /** A figure of a velocity field on held-out pairs: `nmse`, `cos`, `cond_gain_t` … */
  flow: (figure: string) => `flow/${figure}`,
  /** The same in one slice of the way, 0 … 9. */
  flowSlice: (figure: string, slice: number) => `flow/${figure}_t${slice}`,
  /** A figure of rollouts with so many steps; Euler's bear no name of the scheme. */
  flowRollout: (figure: string, scheme: string, steps: number) =>
    `flow/${figure}${scheme === 'euler' ? '' : `_${scheme}`}@${steps}`,
  /**
   * √ of the positive part of ⟨gᴬ, gᴮ⟩ over the two halves of a batch: the norm of a gradient without
   * the part that noise adds; 0 where the halves agree on nothing.
   */
  unbiasedGradient: (term: string) => `grad_unbiased/${term}`,
  /** θ = √(Var/(B‖g‖²)), from the two halves of a batch: about 1 where the gradient is noise alone. */
  normTest: (term: string) => `norm_test/${term}`,
  /** Cosine of two loss gradients across the halves of a batch, free of the noise that they share. */
  halvesCosine: (first: string, second: string) => `cos_halves/${first}~${second}`,
  /** A figure of what a layer (`<group>.<n>`) gives: rms, zero_share, dead_share, saturated_share. */
  activation: (layer: string, figure: string) => `activation/${layer}/${figure}`,
  /** A figure of the weights of a layer (`<group>.<n>`): rms, abs_max, zero_share. */
  parameter: (layer: string, figure: string) => `parameter/${layer}/${figure}`,
  /** A gradient figure of a parameter group other than the shared one. */
  inGroup: (metric: string, group: string) => `${metric}@${group}`,
} as const;
