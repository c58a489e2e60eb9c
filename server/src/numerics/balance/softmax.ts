import { total } from './dense.ts';

/** exp(zₖ)/Σ exp(zⱼ), shifted by the largest so that nothing overflows. */
export function softmax(logits: readonly number[]): readonly number[] {
  const exponentials = shiftedExponentials(logits);
  const sum = total(exponentials);
  return exponentials.map((value) => value / sum);
}

/** log Σ exp(zⱼ), without overflow. */
export function logSumExp(logits: readonly number[]): number {
  return Math.max(...logits) + Math.log(total(shiftedExponentials(logits)));
}

/** 1/(1+e⁻ˣ), without overflow at either end. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const exponential = Math.exp(x);
  return exponential / (1 + exponential);
}

/** −log σ(x) = log(1+e⁻ˣ), without overflow and without loss where σ is near 1. */
export function negativeLogLogistic(x: number): number {
  return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function shiftedExponentials(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  return logits.map((logit) => Math.exp(logit - largest));
}
