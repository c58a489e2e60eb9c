import { component } from './dense.ts';

/** Adam's memory of a few numbers. */
export interface AdamMoments {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly steps: number;
}

export interface AdamOptions {
  readonly rate: number;
  /** Default 0.9 and 0.999. */
  readonly betas?: readonly [first: number, second: number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** L2, added to the gradient as torch.optim.Adam does (not AdamW). Default 0. */
  readonly weightDecay?: number;
}

export function firstAdamMoments(size: number): AdamMoments {
  const zeros = new Array<number>(size).fill(0);
  return { first: zeros, second: zeros, steps: 0 };
}

/** One step of Adam (Kingma & Ba 2015, algorithm 1) on a few host numbers. */
export function adamStep(
  values: readonly number[],
  gradient: readonly number[],
  moments: AdamMoments,
  options: AdamOptions,
): { readonly values: readonly number[]; readonly moments: AdamMoments } {
  const { rate, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
  const steps = moments.steps + 1;
  const whole = gradient.map((slope, index) => slope + weightDecay * component(values, index));
  const first = whole.map(
    (slope, index) => betas[0] * component(moments.first, index) + (1 - betas[0]) * slope,
  );
  const second = whole.map(
    (slope, index) => betas[1] * component(moments.second, index) + (1 - betas[1]) * slope * slope,
  );
  const firstCorrection = 1 - betas[0] ** steps;
  const secondCorrection = 1 - betas[1] ** steps;
  const moved = values.map((value, index) => {
    const width = Math.sqrt(component(second, index) / secondCorrection) + epsilon;
    return value - (rate * component(first, index)) / firstCorrection / width;
  });
  return { values: moved, moments: { first, second, steps } };
}
