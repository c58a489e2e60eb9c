import { logSumExp } from '../../../../server/src/numerics/balance/softmax.ts';

/** A margin loss of one sample. */
export interface MarginLoss {
  /** The logit of the true class, after its margin. */
  readonly targetLogit: number;
  readonly loss: number;
}

/** Keeps acos and its slope finite at ±1. */
const closest = 1 - 1e-7;

/**
 * ArcFace (Deng et al. CVPR 2019, eq. 3): the true class gets s cos(θ + m); s 64, m 0.5. Past θ = π − m the
 * cosine would rise again: there cos θ − m sin m stands in (insightface's "easy margin" off).
 *
 * @param cosines of the sample with the centre of every class
 */
export function arcFace(
  cosines: readonly number[],
  label: number,
  scale = 64,
  margin = 0.5,
): MarginLoss {
  const cosine = Math.max(-closest, Math.min(closest, cosines[label] ?? Number.NaN));
  const angle = Math.acos(cosine);
  const target =
    angle + margin <= Math.PI ? Math.cos(angle + margin) : cosine - margin * Math.sin(margin);
  return marginLoss(cosines, label, scale, scale * target);
}

/** CosFace (Wang et al. CVPR 2018, eq. 4): the true class gets s (cos θ − m); s 64, m 0.35. */
export function cosFace(
  cosines: readonly number[],
  label: number,
  scale = 64,
  margin = 0.35,
): MarginLoss {
  return marginLoss(cosines, label, scale, scale * ((cosines[label] ?? Number.NaN) - margin));
}

function marginLoss(
  cosines: readonly number[],
  label: number,
  scale: number,
  targetLogit: number,
): MarginLoss {
  const logits = cosines.map((cosine, index) => (index === label ? targetLogit : scale * cosine));
  return { targetLogit, loss: logSumExp(logits) - targetLogit };
}

/** The axis along which negatives are brought to length 1. */
export type NegativeAxis = 'features' | 'negatives';

/**
 * Seed 002, plan A, for one sample: max(0, m + hardest cosine with a negative − cosine with the template). It is a
 * triplet hinge, not ArcFace. 'negatives' repeats the seed's mistake, which normalises over the wrong
 * axis: its "cosines" are not bounded by 1.
 */
export function angleHinge(
  generated: readonly number[],
  template: readonly number[],
  negatives: readonly (readonly number[])[],
  margin = 0.35,
  axis: NegativeAxis = 'features',
): { readonly loss: number; readonly negativeCosines: readonly number[] } {
  const own = toUnit(generated);
  const negativeCosines = normaliseAlong(negatives, axis).map((row) => inner(own, row));
  const hardest = Math.max(...negativeCosines);
  const loss = Math.max(0, margin + hardest - inner(own, toUnit(template)));
  return { loss, negativeCosines };
}

function normaliseAlong(
  rows: readonly (readonly number[])[],
  axis: NegativeAxis,
): readonly (readonly number[])[] {
  if (axis === 'features') return rows.map(toUnit);
  const norms = (rows[0] ?? []).map((_, column) =>
    Math.hypot(...rows.map((row) => row[column] ?? Number.NaN)),
  );
  return rows.map((row) => row.map((value, column) => value / Math.max(norms[column] ?? 0, 1e-12)));
}

function toUnit(vector: readonly number[]): readonly number[] {
  // torch.nn.functional.normalize: a vector of length 0 stays 0.
  const norm = Math.max(Math.hypot(...vector), 1e-12);
  return vector.map((value) => value / norm);
}

function inner(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? Number.NaN), 0);
}
