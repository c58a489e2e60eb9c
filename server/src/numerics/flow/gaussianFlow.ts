/** A world whose velocity field is known: x₀ ~ N(0, 1), x₁ ~ N(mean, deviation²) independent, x_t = (1−t)x₀ + t x₁. */
export interface GaussianFlow {
  readonly mean: number;
  readonly deviation: number;
}

/** E[x₁ − x₀ | x_t = x] = m + (t s² − (1−t))/((1−t)² + t²s²) · (x − t m). */
export function gaussianVelocity(x: number, t: number, { mean, deviation }: GaussianFlow): number {
  const variance = deviation * deviation;
  const spread = (1 - t) ** 2 + t * t * variance;
  return mean + ((t * variance - (1 - t)) / spread) * (x - t * mean);
}

/** Where the field takes x₀ = x at t = 1: m + s x. */
export function gaussianEndpoint(x: number, { mean, deviation }: GaussianFlow): number {
  return mean + deviation * x;
}

/** Var(x₁ − x₀ | x_t) = s²/((1−t)² + t²s²): the loss of flow matching that no network can go below. */
export function gaussianResidualVariance(t: number, { deviation }: GaussianFlow): number {
  const variance = deviation * deviation;
  return variance / ((1 - t) ** 2 + t * t * variance);
}
