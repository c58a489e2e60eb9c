import type { Random } from '../../server/src/base/random.ts';

/** A number as Python's json writes a double: up to 17 digits, small ones with an exponent. */
export function double(random: Random, size = 1): string {
  return pythonText(random.normal() * size);
}

/** A number that a tensor of 32 bits held: as many digits, behind which a double has zeros. */
export function float(random: Random, size = 1): string {
  return pythonText(Math.fround(random.normal() * size));
}

/** A rounded number. */
export function rounded(random: Random, digits: number, size = 1): string {
  return (Math.abs(random.normal()) * size).toFixed(digits);
}

/** The text of `repr(value)`: two digits at least in an exponent, and a point in whole numbers. */
export function pythonText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0.0';
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `0:14:11` */
export function duration(seconds: number): string {
  const two = (count: number): string => String(Math.floor(count) % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(seconds / 60)}:${two(seconds)}`;
}
