/**
 * A weight as Python reads it. What the config writes as a float stays one (`0.0`, not `0`), because
 * some frameworks refuse a whole number where the default is a float.
 */
export function pythonNumber(value: number, writtenBefore: string): string {
  const text = String(value);
  const wasFloat = /[.eE]|inf|nan/i.test(writtenBefore);
  return wasFloat && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/**
 * A number below zero without an exponent: behind an option that takes several words, argparse has
 * `-1e-7` for an option of its own, and `-0.0000001` for a number.
 */
export function withoutExponent(number: string): string {
  const [, sign = '', whole = '', part = '', exponent] =
    /^([-+]?)(\d+)(?:\.(\d+))?[eE]([-+]?\d+)$/.exec(number) ?? [];
  if (exponent === undefined) return number;
  const places = Number(exponent);
  const digits = `${'0'.repeat(Math.max(0, -places))}${whole}${part}${'0'.repeat(Math.max(0, places - part.length))}`;
  const point = digits.length - Math.max(0, part.length - places);
  const [left, right] = [digits.slice(0, point), digits.slice(point)];
  return `${sign}${left.replace(/^0+(?=\d)/, '')}.${right === '' ? '0' : right}`;
}

/** Whether the config writes a whole number, which some frameworks then want to stay one. */
export function isWholeNumber(written: string): boolean {
  return /^[-+]?[\d_]+$/.test(written);
}
