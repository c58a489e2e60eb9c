import { component, constantVector, dot, mean, scaled, total } from './dense.ts';
import { softmax } from './softmax.ts';

/** What GradNorm reads at a step. */
export interface GradNormReading {
  /** Norms of the unweighted gradients on the last shared layer. */
  readonly norms: readonly number[];
  readonly losses: readonly number[];
  /** Lₖ(0): the first values (paper), or the means over the first epoch (LibMTL). */
  readonly initialLosses: readonly number[];
}

export interface GradNormStep {
  /** Σ |wₖnₖ − Ḡ rₖ^α|. */
  readonly loss: number;
  /** Ḡ rₖ^α, held constant. */
  readonly targets: readonly number[];
  /** ∂loss by the weights (paper) or by the logits (LibMTL); ±nₖ, 0 at the target. */
  readonly gradient: readonly number[];
}

/** A weight that a step would take below this is held here: it must not turn a loss round. */
const leastWeight = 1e-3;

/**
 * GradNorm (Chen et al. ICML 2018, eq. 2): the weights learn to bring each wₖnₖ to the mean norm times the
 * relative inverse rate rₖ^α, rₖ = (Lₖ/Lₖ(0))/mean. α 1.5 by default.
 *
 * Edges: where the initial loss or the loss is not positive, the rate counts as 1; where all weighted
 * norms vanish, the gradient is 0.
 */
export function gradNorm(
  weights: readonly number[],
  { norms, losses, initialLosses }: GradNormReading,
  alpha = 1.5,
): GradNormStep {
  const weighted = weights.map((weight, index) => weight * component(norms, index));
  const rates = losses.map((loss, index) => {
    const rate = loss / component(initialLosses, index);
    return rate > 0 && Number.isFinite(rate) ? rate : 1;
  });
  const meanRate = mean(rates);
  const meanNorm = mean(weighted);
  const targets = rates.map((rate) => meanNorm * (rate / meanRate) ** alpha);
  const differences = weighted.map((value, index) => value - component(targets, index));
  return {
    loss: total(differences.map(Math.abs)),
    targets,
    gradient: differences.map((value, index) => Math.sign(value) * component(norms, index)),
  };
}

/**
 * The paper's update: one step of plain descent, then Σ w = K again. The gradient has the scale of the
 * norms, so the rate has to be chosen against them.
 */
export function gradNormDescend(
  weights: readonly number[],
  gradient: readonly number[],
  rate: number,
): readonly number[] {
  const moved = weights.map((weight, index) =>
    Math.max(leastWeight, weight - rate * component(gradient, index)),
  );
  return scaled(moved, moved.length / total(moved));
}

/** LibMTL's weights, K softmax(p): positive by construction. */
export function gradNormSoftmaxWeights(logits: readonly number[]): readonly number[] {
  return scaled(softmax(logits), logits.length);
}

/** LibMTL's form: the same loss at w = K softmax(p), its gradient by p; for any optimiser. */
export function gradNormSoftmax(
  logits: readonly number[],
  reading: GradNormReading,
  alpha = 1.5,
): GradNormStep {
  const shares = softmax(logits);
  const size = logits.length;
  const step = gradNorm(scaled(shares, size), reading, alpha);
  const average = dot(shares, step.gradient);
  const gradient = constantVector(size, 0).map(
    (_, index) => size * component(shares, index) * (component(step.gradient, index) - average),
  );
  return { ...step, gradient };
}
