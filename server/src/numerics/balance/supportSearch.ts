import { component, smallestAt, type Vector } from './dense.ts';

/** What the optimum would be if exactly these variables were positive. */
export interface SupportTrial {
  /** The variables, 0 off the support. */
  readonly values: Vector;
  /**
   * For each variable its own value on the support, and off it the slack of its constraint, both in
   * units in which rounding is some 1e-16. All are ≥ 0 at the optimum, and there only.
   */
  readonly margins: Vector;
}

/** A margin down to this is 0 but for rounding. */
const rounding = 1e-14;
/** Above this many variables, trying all 2ᴷ supports is out of the question. */
const mostToEnumerate = 12;

/**
 * The exact optimum of a small convex problem with x ≥ 0, given what it would be for each set of
 * positive variables (the support). It walks from support to support: first all variables with a negative
 * margin change sides, which mostly takes but two to four trials (block pivoting: Júdice & Pires 1994).
 * Where that comes back to a support it has seen, only the one with the worst margin does, and where that
 * does too, the first with a negative one, which cannot cycle for a strictly convex quadratic (Murty
 * 1974). Where the walks meet a dependent support, all 2ᴷ are tried. Returns the trial with the best
 * worst margin; undefined where no support can be tried.
 *
 * @param size number of variables, 30 at most (a support is a word of bits)
 * @param start support to begin with, as bits
 */
export function searchSupports(size: number, start: number, trial: Trial): Optimum | undefined {
  let best: Candidate | undefined;
  for (const choose of [allNegative, mostNegative, firstNegative]) {
    best = better(best, walk(size, start, trial, choose));
    if (best !== undefined && best.worst >= -rounding) return feasible(best);
  }
  if (size <= mostToEnumerate) best = better(best, enumerate(size, trial));
  return best && feasible(best);
}

type Trial = (support: readonly number[]) => SupportTrial | undefined;

/** The values of the best trial, 0 where they are negative, and its worst margin. */
export interface Optimum {
  readonly values: readonly number[];
  readonly worst: number;
}

interface Candidate {
  readonly values: Vector;
  readonly worst: number;
}

function feasible({ values, worst }: Candidate): Optimum {
  const clamped: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    clamped.push(Math.max(0, component(values, index)));
  }
  return { values: clamped, worst };
}

function walk(
  size: number,
  start: number,
  trial: Trial,
  choose: (margins: Vector) => number,
): Candidate | undefined {
  const seen = new Set<number>();
  let best: Candidate | undefined;
  let bits = start;
  while (!seen.has(bits)) {
    seen.add(bits);
    const tried = trial(supportOf(bits, size));
    if (tried === undefined) return best;
    best = better(best, candidateOf(tried));
    if (best !== undefined && best.worst >= -rounding) return best;
    bits ^= choose(tried.margins);
  }
  return best;
}

/** The variables that change sides, as bits. */
function allNegative(margins: Vector): number {
  let bits = 0;
  for (let index = 0; index < margins.length; index += 1) {
    if (component(margins, index) < -rounding) bits |= 1 << index;
  }
  return bits;
}

function mostNegative(margins: Vector): number {
  return 1 << smallestAt(margins);
}

function firstNegative(margins: Vector): number {
  const bits = allNegative(margins);
  return bits & -bits;
}

function enumerate(size: number, trial: Trial): Candidate | undefined {
  let best: Candidate | undefined;
  for (let bits = 0; bits < 1 << size; bits += 1) {
    const tried = trial(supportOf(bits, size));
    if (tried !== undefined) best = better(best, candidateOf(tried));
  }
  return best;
}

function candidateOf({ values, margins }: SupportTrial): Candidate {
  return { values, worst: component(margins, smallestAt(margins)) };
}

function better(
  first: Candidate | undefined,
  second: Candidate | undefined,
): Candidate | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return second.worst > first.worst ? second : first;
}

function supportOf(bits: number, size: number): readonly number[] {
  const support: number[] = [];
  for (let index = 0; index < size; index += 1) if (bits & (1 << index)) support.push(index);
  return support;
}
