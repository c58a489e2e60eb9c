/** Numbers as sentences write them. */

const minus = '−';

/** Three significant digits, or as many more as two numbers need to be seen apart. */
export function formatPair(from: number, to: number): readonly [string, string] {
  const scale = Math.max(Math.abs(from), Math.abs(to));
  const gap = Math.abs(to - from);
  const needed =
    gap > 0 && Number.isFinite(scale / gap) ? Math.ceil(Math.log10(scale / gap)) + 1 : 3;
  const digits = Math.min(7, Math.max(3, needed));
  return [formatNumber(from, digits), formatNumber(to, digits)];
}

export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : `${minus}∞`;
  const magnitude = Math.abs(value);
  const isPlain = magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e6);
  const text = isPlain
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(Math.min(digits, 3) - 1);
  return text.replace('-', minus).replace('e-', `e${minus}`);
}

export function formatSigned(value: number, digits = 2): string {
  const text = formatNumber(value, digits);
  return value > 0 ? `+${text}` : text;
}

/** `−2.31 ± 0.42`: both to the same place, which is the second digit of the spread. */
export function formatSpread(value: number, spread: number): string {
  // Outside of this range digits behind the point are no way to write a number.
  if (spread < 1e-4 || spread >= 1e4) {
    return `${formatSigned(value)} ± ${formatNumber(spread, 2)}`;
  }
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(spread)));
  const text = value.toFixed(decimals);
  const rounded = Number(text);
  // A difference that vanishes beside its spread has no sign: neither +0.00 nor −0.00.
  const shown = rounded === 0 ? text.replace('-', '') : rounded > 0 ? `+${text}` : text;
  return `${shown} ± ${spread.toFixed(decimals)}`.replace('-', minus);
}

/** `[+0.05, +0.19]`. */
export function formatInterval([low, high]: readonly [number, number]): string {
  return `[${formatSigned(low, 3)}, ${formatSigned(high, 3)}]`;
}

/** The unit that a metric's name implies, with its space. */
export function unitOf(metric: string): string {
  return /psnr/i.test(metric) ? ' dB' : '';
}

export function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
