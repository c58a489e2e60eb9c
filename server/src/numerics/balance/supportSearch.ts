import { component, smallestAt } from './dense.ts';

/** What the optimum would be if exactly these variables were positive. */
export interface SupportTrial {
  /** The variables, 0 off the support. */
  readonly values: readonly number[];
  /**
   * For each variable its own value on the support, and off it the slack of its constraint, both in
   * units in which rounding is some 1e-16. All are ≥ 0 at the optimum, and there only.
   */
  readonly margins: readonly number[];
}

/** A margin down to this is 0 but for rounding. */
const rounding = 1e-14;
/** Above this many variables, trying all 2ᴷ supports is out of the question. */
const mostToEnumerate = 12;

/**
 * The exact optimum of a small convex problem with x ≥ 0, given what it would be for each set of
 * positive variables (the support). It first walks: the variable with the worst margin changes sides,
 * which takes about K trials. Where that comes back to a support it has seen, the first variable with
 * a negative margin changes sides instead, which cannot cycle for a strictly convex quadratic (Murty
 * 1974). Where a walk meets a dependent support, all 2ᴷ are tried. Returns the trial with the best
 * worst margin; undefined where no support can be tried.
 *
 * @param size number of variables, 30 at most (a support is a word of bits)
 * @param start support to begin with, as bits
 */
export function searchSupports(
  size: number,
  start: number,
  trial: (support: readonly number[]) => SupportTrial | undefined,
): Optimum | undefined {
  let best: Optimum | undefined;
  for (const choose of [smallestAt, firstNegative]) {
    best = better(best, walk(size, start, trial, choose));
    if (best !== undefined && best.worst >= -rounding) return best;
  }
  return size <= mostToEnumerate ? better(best, enumerate(size, trial)) : best;
}

/** The best trial and its worst margin. */
export interface Optimum {
  readonly values: readonly number[];
  readonly worst: number;
}

function walk(
  size: number,
  start: number,
  trial: (support: readonly number[]) => SupportTrial | undefined,
  choose: (margins: readonly number[]) => number,
): Optimum | undefined {
  const seen = new Set<number>();
  let best: Optimum | undefined;
  let bits = start;
  while (!seen.has(bits)) {
    seen.add(bits);
    const tried = trial(supportOf(bits, size));
    if (tried === undefined) return best;
    const optimum = optimumOf(tried);
    best = better(best, optimum);
    if (optimum.worst >= -rounding) return best;
    bits ^= 1 << choose(tried.margins);
  }
  return best;
}

function firstNegative(margins: readonly number[]): number {
  return margins.findIndex((margin) => margin < -rounding);
}

function enumerate(
  size: number,
  trial: (support: readonly number[]) => SupportTrial | undefined,
): Optimum | undefined {
  let best: Optimum | undefined;
  for (let bits = 0; bits < 1 << size; bits += 1) {
    const tried = trial(supportOf(bits, size));
    if (tried !== undefined) best = better(best, optimumOf(tried));
  }
  return best;
}

function optimumOf({ values, margins }: SupportTrial): Optimum {
  return {
    values: values.map((value) => Math.max(0, value)),
    worst: component(margins, smallestAt(margins)),
  };
}

function better(first: Optimum | undefined, second: Optimum | undefined): Optimum | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return second.worst > first.worst ? second : first;
}

function supportOf(bits: number, size: number): readonly number[] {
  const support: number[] = [];
  for (let index = 0; index < size; index += 1) if (bits & (1 << index)) support.push(index);
  return support;
}
