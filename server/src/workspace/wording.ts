import type { TermInsight } from './insight.ts';

/** Thin words for the line itself; all numbers in the same few shapes. */

const minus = '−';
const bars = '▁▂▃▄▅▆▇█';

/** `−0.12`. */
export function signed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return plainNumber(value);
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? minus + text : text;
}

/** `7 %`; near 0 and near 100 % one digit more, so that little is not taken for nothing. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return plainNumber(share);
  const value = share * 100;
  const digits = (value > 0 && value < 1) || (value > 99 && value < 100) ? 1 : 0;
  return `${value.toFixed(digits)} %`;
}

/** Four significant digits, as a person would write them. */
export function plainNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${minus}∞`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replace('-', minus);
}

/** A weight as it is written in a config. */
export function weightText(weight: number): string {
  return Number.isInteger(weight) && Math.abs(weight) < 1e5 ? weight.toFixed(1) : String(weight);
}

/** `▁▂▃▅`: the highest value fills the cell; a gap stays blank. */
export function sparkline(values: readonly number[], columns = 8): string {
  const parts = Array.from({ length: Math.min(columns, values.length) }, (_, column) => {
    const from = Math.floor((column * values.length) / Math.min(columns, values.length));
    return values[from] ?? Number.NaN;
  });
  const finite = parts.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  return parts
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const level = span === 0 ? 3 : Math.round(((value - low) / span) * (bars.length - 1));
      return bars[level] ?? ' ';
    })
    .join('');
}

/** The inlay hint: `grad 7 % · cos −0.12`, or what can be said without gradients. */
export function hintText(insight: TermInsight): string {
  const parts: string[] = [];
  if (insight.gradientShare) parts.push(`grad ${percent(insight.gradientShare.median)}`);
  if (insight.cosine) parts.push(`cos ${signed(insight.cosine.median)}`);
  if (!insight.gradientShare && insight.loss) parts.push(`loss ${plainNumber(insight.loss.last)}`);
  if (!insight.gradientShare && insight.valueShare) {
    parts.push(`${percent(insight.valueShare.median)} of total`);
  }
  if (insight.loss && Number.isNaN(insight.loss.last) && insight.gradientShare)
    parts.push('loss NaN');
  if (insight.stale && insight.weightThen !== undefined) {
    parts.push(`at w = ${weightText(insight.weightThen)}`);
  }
  return parts.join(' · ');
}
