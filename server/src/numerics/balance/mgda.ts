import { type Gramian, gradientNorm } from '../gramian.ts';
import { component, constantVector } from './dense.ts';
import { minimumNormWeights } from './minimumNorm.ts';
import { divideRows } from './scaleRows.ts';
import { spread, unitRows } from './unitRows.ts';

/** By what each gradient is divided before the weights are sought. */
export type MgdaNormalisation = 'none' | 'l2' | 'loss' | 'loss+';

export interface MgdaOptions {
  /** Default 'none'. 'l2' divides by nₖ, 'loss' by Lₖ, 'loss+' by Lₖ nₖ. */
  readonly normalisation?: MgdaNormalisation;
  /**
   * To which gradients the weights then apply. 'raw' (default) as in the published code: with a
   * normalisation, d is then no longer the point of least norm and may conflict. 'normalised' applies
   * them to the divided gradients and keeps the guarantee.
   */
  readonly applyTo?: 'raw' | 'normalised';
  /** Values of the losses, for 'loss' and 'loss+'. */
  readonly losses?: readonly number[];
}

/**
 * MGDA (Désidéri 2012; Sener & Koltun NeurIPS 2018, eq. 3): the point of least norm in the convex hull
 * of the gradients, min |Σ aₖ gₖ|² over a ≥ 0, Σ a = 1; exact, for any scales. d·gₖ ≥ |d|² for every k.
 *
 * Where the references are wrong: TorchJD and LibMTL stop Frank–Wolfe early (1e-3); the two-task form of
 * the authors clamps the weights to [0.001, 0.999] instead of [0, 1]; their loop never counts its
 * iterations and may not end. Trap of the method: d shrinks towards the shortest gradient and stalls
 * when one loss is done.
 *
 * Degenerate: gradients of length zero share all the weight (d = 0); exactly opposed ones give d = 0; an
 * entry that is not finite gives NaN. A normaliser that is not positive is left out (1).
 */
export function mgda(gramian: Gramian, options: MgdaOptions = {}): readonly number[] {
  const { normalisation = 'none', applyTo = 'raw', losses = [] } = options;
  if (normalisation === 'none') return leastNorm(gramian);
  const { size } = gramian;
  const divisors = Array.from({ length: size }, (_, index) =>
    positiveOr1(divisor(normalisation, gradientNorm(gramian, index), losses[index])),
  );
  const weights = leastNorm(divideRows(gramian, divisors));
  if (applyTo === 'raw') return weights;
  return weights.map((weight, index) => weight / component(divisors, index));
}

function leastNorm(gramian: Gramian): readonly number[] {
  const { size } = gramian;
  const unit = unitRows(gramian);
  if (unit === undefined) return constantVector(size, Number.NaN);
  const vanishing = size - unit.rows.length;
  if (vanishing === 0) return minimumNormWeights(unit);
  return spread(unit, constantVector(unit.rows.length, 0), () => 1 / vanishing);
}

function divisor(normalisation: MgdaNormalisation, norm: number, loss: number | undefined): number {
  if (normalisation === 'l2') return norm;
  const value = loss ?? 1;
  return normalisation === 'loss' ? value : value * norm;
}

function positiveOr1(value: number): number {
  return value > 0 && Number.isFinite(value) ? value : 1;
}
