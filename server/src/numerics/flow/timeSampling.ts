/** A sampled time and the density there, by which a loss would have to be divided to undo the sampling. */
export interface SampledTime {
  readonly t: number;
  readonly density: number;
}

/**
 * Logit-normal times t = σ(m + s z) (Esser et al. 2024, §3.1), z standard normal. The density is zero at
 * t = 0 and t = 1: a loss there is hardly ever trained.
 */
export function logitNormalTime(z: number, location = 0, scale = 1): SampledTime {
  const logit = location + scale * z;
  const t = 1 / (1 + Math.exp(-logit));
  // t (1−t), without cancellation at either end.
  const slope = 1 / (2 + Math.exp(logit) + Math.exp(-logit));
  const density = Math.exp((-z * z) / 2) / (scale * Math.sqrt(2 * Math.PI) * slope);
  return { t, density: Number.isFinite(density) ? density : 0 };
}

/**
 * CosMap times t = 1 − 1/(tan(πu/2) + 1) (Esser et al. 2024, §3.1), u uniform on [0, 1]; density
 * 2/(π − 2πt + 2πt²), 0.637 at the ends and 1.273 in the middle.
 */
export function cosMapTime(u: number): SampledTime {
  const sine = Math.sin((Math.PI * u) / 2);
  const cosine = Math.cos((Math.PI * u) / 2);
  // tan/(tan + 1), without the pole at u = 1.
  const t = sine / (sine + cosine);
  return { t, density: 2 / (Math.PI * (1 - 2 * t + 2 * t * t)) };
}
