import { type AdamMoments, adamStep, firstAdamMoments } from '../../numerics/balance/adamStep.ts';

/** One number per loss, learnt on the host by an Adam of its own (β 0.9 and 0.999, no weight decay). */
export interface LearntScalars {
  readonly values: readonly number[];
  /** One step down the gradient. */
  learn(gradient: readonly number[]): void;
  snapshot(): readonly number[];
  restore(numbers: readonly number[]): void;
}

/**
 * The values are held within ±30, as logarithms and logits mean something there: e³⁰ is 10¹³, and weights
 * stay finite in float32.
 */
const farthest = 30;

export function createLearntScalars(size: number, first: number, rate: number): LearntScalars {
  let values: readonly number[] = new Array<number>(size).fill(first);
  let moments = firstAdamMoments(size);
  return {
    get values() {
      return values;
    },
    learn(gradient) {
      const next = adamStep(values, gradient, moments, { rate });
      values = next.values.map((value) => Math.max(-farthest, Math.min(farthest, value)));
      moments = next.moments;
    },
    snapshot: () => [...values, ...adamNumbers(moments)],
    restore(numbers) {
      values = numbers.slice(0, size);
      moments = adamMoments(numbers.slice(size), size);
    },
  };
}

/** 2K + 1 numbers, for a snapshot. */
export function adamNumbers({ first, second, steps }: AdamMoments): readonly number[] {
  return [...first, ...second, steps];
}

/** What `adamNumbers` gave. */
export function adamMoments(numbers: readonly number[], size: number): AdamMoments {
  return {
    first: numbers.slice(0, size),
    second: numbers.slice(size, 2 * size),
    steps: numbers[2 * size] ?? 0,
  };
}
