/** A share for people: `1.6 %`, `12 %`, `99.5 %`, `0.031 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  // From 99 % on the third digit is what matters.
  return `${Number(percent.toPrecision(percent >= 99 ? 3 : 2))} %`;
}

/** A cosine, with a true minus sign and two decimals: `−0.21`. */
export function formatSigned(value: number): string {
  const text = Number.isFinite(value) ? value.toFixed(2) : value > 0 ? '∞' : '-∞';
  return text.replace('-', '−');
}

/** A list in words: `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
