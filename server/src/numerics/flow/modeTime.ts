import type { SampledTime } from './timeSampling.ts';

/** At most this much weight can go to the middle before the map of the times folds. */
export const mostModeScale = 2 / (Math.PI - 2);

/**
 * Mode times t = 1 − u − s (cos²(πu/2) − 1 + u) (Esser et al. 2024, §3.1, eq. 20), u uniform on [0, 1]: s > 0
 * favours the middle, s < 0 the ends, s = 0 is uniform. One-to-one for s in [−1, 2/(π − 2)]; at
 * either limit the density has a pole, infinite here.
 */
export function modeTime(u: number, scale: number): SampledTime {
  const t = 1 - u - scale * (Math.cos((Math.PI * u) / 2) ** 2 - 1 + u);
  // |dt/du| = 1 + s − s (π/2) sin πu.
  const slope = 1 + scale - scale * (Math.PI / 2) * Math.sin(Math.PI * u);
  return { t, density: 1 / Math.max(slope, 0) };
}
