import { type AdamMoments, adamStep, firstAdamMoments } from './adamStep.ts';
import { component, constantVector, dot, total } from './dense.ts';
import { softmax } from './softmax.ts';

export interface FamoState {
  /** ξ. */
  readonly logits: readonly number[];
  readonly moments: AdamMoments;
}

export interface FamoOptions {
  /** Rate of Adam on ξ. Default 0.025. */
  readonly rate?: number;
  /** γ, its weight decay. Default 1e-3 (LibMTL, TorchJD); the authors use 0.01, 1e-5 and, on their toy, 0. */
  readonly decay?: number;
  /** bₖ, a lower bound of each loss. Default 0. */
  readonly lowerBounds?: readonly number[];
  /** Default 1e-8. */
  readonly epsilon?: number;
}

export interface FamoWeights {
  /** z = softmax(ξ). */
  readonly shares: readonly number[];
  /** c Σ zₖ log(Lₖ − bₖ + ε), with c held constant. */
  readonly total: number;
  /** c zₖ/(Lₖ − bₖ + ε); they sum to 1. */
  readonly weights: readonly number[];
}

export function firstFamoState(size: number): FamoState {
  return { logits: constantVector(size, 0), moments: firstAdamMoments(size) };
}

/**
 * FAMO (Liu et al. NeurIPS 2023, eq. 7 and algorithm 1): one backward pass; the log family with learnt z.
 * wₖ = c zₖ/(Lₖ − bₖ + ε), c = 1/Σ(z/(L − b + ε)). A loss at or below its bound counts as at it.
 */
export function famoWeights(
  state: FamoState,
  losses: readonly number[],
  options: FamoOptions = {},
): FamoWeights {
  const shares = softmax(state.logits);
  const gaps = gapsOf(losses, options);
  const raw = shares.map((share, index) => share / component(gaps, index));
  const factor = 1 / total(raw);
  return {
    shares,
    total: factor * dot(shares, gaps.map(Math.log)),
    weights: raw.map((value) => factor * value),
  };
}

/**
 * ξ after the step: ∇ξ = (diag z − zzᵀ)δ with δ = log L_before − log L_after, so that the loss that fell
 * least gains. Both readings must be of the same batch (one more forward pass); only the authors' toy,
 * whose losses have no noise, takes the next step's. Where a value is not finite ξ stays.
 */
export function famoUpdate(
  state: FamoState,
  before: readonly number[],
  after: readonly number[],
  options: FamoOptions = {},
): FamoState {
  const { rate = 0.025, decay = 1e-3 } = options;
  const old = gapsOf(before, options);
  const changes = gapsOf(after, options).map((gap, index) => Math.log(component(old, index) / gap));
  if (!changes.every(Number.isFinite)) return state;
  const shares = softmax(state.logits);
  const average = dot(shares, changes);
  const gradient = changes.map((change, index) => component(shares, index) * (change - average));
  const { values, moments } = adamStep(state.logits, gradient, state.moments, {
    rate,
    weightDecay: decay,
  });
  return { logits: values, moments };
}

function gapsOf(losses: readonly number[], options: FamoOptions): readonly number[] {
  const { lowerBounds = [], epsilon = 1e-8 } = options;
  return losses.map((loss, index) => Math.max(0, loss - (lowerBounds[index] ?? 0)) + epsilon);
}
