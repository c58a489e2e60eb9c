import { z } from 'zod';

/** A number as our JSON files write it: NaN and the infinities as strings (JSON has no word for them). */
export const jsonNumberSchema = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
]);

export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** The inverse of `jsonNumberSchema`. */
export function toJsonNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}
