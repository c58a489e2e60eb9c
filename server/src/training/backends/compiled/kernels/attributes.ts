import { type KernelCall, UntraceableError } from '../kernelEmitter.ts';

/** A number among a kernel's attributes; the fallback stands for one that was left out. */
export function numberAttribute(call: KernelCall, name: string, fallback?: number): number {
  const value = call.attributes[name] ?? fallback;
  if (typeof value === 'number') return value;
  throw unreadable(name, 'a number');
}

/** A list of numbers; a single number is a list of one. */
export function numbersAttribute(call: KernelCall, name: string): readonly number[] {
  const value = call.attributes[name];
  const list = typeof value === 'number' ? [value] : value;
  if (isNumbers(list)) return list;
  throw unreadable(name, 'a list of numbers');
}

/** A list of pairs, such as what is padded before and after each dimension. */
export function pairsAttribute(call: KernelCall, name: string): readonly (readonly number[])[] {
  const value = call.attributes[name];
  if (Array.isArray(value) && value.every((pair) => isNumbers(pair) && pair.length === 2)) {
    return value;
  }
  throw unreadable(name, 'a list of pairs of numbers');
}

/** True or false; false where it was left out. */
export function flagAttribute(call: KernelCall, name: string): boolean {
  const value = call.attributes[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw unreadable(name, 'true or false');
}

/** A word; undefined where it was left out. */
export function textAttribute(call: KernelCall, name: string): string | undefined {
  const value = call.attributes[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw unreadable(name, 'a word');
}

/** Axes counted from 0, ascending, each once; all of them where they were left out. */
export function axesAttribute(call: KernelCall, name: string, rank: number): readonly number[] {
  const value = call.attributes[name] ?? undefined;
  const axes = value === undefined ? [...Array(rank).keys()] : numbersAttribute(call, name);
  return [...new Set(axes.map((axis) => positiveAxis(axis, rank)))].sort((a, b) => a - b);
}

/** One axis counted from 0; the fallback stands for one that was left out. */
export function axisAttribute(
  call: KernelCall,
  name: string,
  rank: number,
  fallback?: number,
): number {
  const given = call.attributes[name] ?? fallback;
  // Some operations hand on a list of one.
  const [axis] = Array.isArray(given) ? numbersAttribute(call, name) : [given];
  if (typeof axis !== 'number') throw unreadable(name, 'an axis');
  return positiveAxis(axis, rank);
}

/** An axis counted from 0, where a negative one counts from the end. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(positive) && positive >= 0 && positive < Math.max(rank, 1)) return positive;
  throw new UntraceableError(`A kernel was called with axis ${axis} of ${rank} dimensions.`);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}

function unreadable(name: string, expected: string): UntraceableError {
  return new UntraceableError(
    `A kernel was called with an attribute ${name} that is not ${expected}.`,
  );
}
