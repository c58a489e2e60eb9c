/** A number cut into the digits before `e` and the exponent behind it. */
export interface NumberText {
  readonly mantissa: string;
  readonly exponent: number | undefined;
}

/**
 * The shortest decimal text that reads back as the same number, with an exponent where Python's
 * `repr` has one: below 1e-4 and from 1e16 on. −0 is written as 0.
 */
export function toNumberText(value: number): NumberText {
  const size = Math.abs(value);
  if (size === 0) return { mantissa: '0', exponent: undefined };
  // Between these bounds JavaScript itself writes an exponent only below 1e-6.
  if (size >= 1e-4 && size < 1e16) return { mantissa: String(value), exponent: undefined };
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return { mantissa, exponent: Number(exponent) };
}

/** An exponent as Python writes it: with its sign and at least two digits. */
export function formatExponent(exponent: number): string {
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `e${exponent < 0 ? '-' : '+'}${digits}`;
}
