/** About so many round numbers between two others, ascending; none where there is no room between. */
export function niceTicks(low: number, high: number, about: number): readonly number[] {
  const rough = (high - low) / about;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiples, so that no error adds up; a −0 would be written with its sign.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * step + 0);
}
