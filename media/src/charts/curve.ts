/** A curve as charts draw it: steps ascend, values may be NaN or infinite. */
export interface ChartCurve {
  /** Unique within the chart. */
  readonly key: string;
  readonly label: string;
  /** Index into the palette. */
  readonly color: number;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Lines that later points took the place of: drawn faint, and no part of any value shown. */
  readonly superseded?: readonly SupersededLine[];
  /** One of several runs of the same thing: drawn thinner. */
  readonly faint?: boolean;
  /** Curves of the same entry share a line of the legend, where they are shown and hidden together. */
  readonly entry?: string;
}

/** Steps ascend. */
export interface SupersededLine {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Whether a chart shows all points, in few words and in a sentence. */
export interface Exactness {
  readonly text: string;
  readonly sentence: string;
}

/** A line of the legend with its curves. */
export interface LegendEntry {
  readonly key: string;
  readonly label: string;
  readonly color: number;
  readonly curves: readonly ChartCurve[];
}

/** Key of the line of the legend that a curve belongs to. */
export function entryKey(curve: ChartCurve): string {
  return curve.entry ?? curve.key;
}

/** The lines of the legend, in the order of the first curve of each. */
export function legendEntries(curves: readonly ChartCurve[]): readonly LegendEntry[] {
  const keys = [...new Set(curves.map(entryKey))];
  return keys.flatMap((key) => {
    const own = curves.filter((curve) => entryKey(curve) === key);
    const [first] = own;
    if (first === undefined) return [];
    const label = first.entry ?? first.label;
    return [{ key, label, color: first.color, curves: own }];
  });
}

/** Mean of the values of an entry's curves at a step, or of their last ones. */
export function entryValue(entry: LegendEntry, step: number | undefined): number | undefined {
  const values = entry.curves.flatMap(
    (curve) => (step === undefined ? curve.values.at(-1) : valueAt(curve, step)) ?? [],
  );
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value at a step, or at the nearest step that the curve has. */
export function valueAt(curve: ChartCurve, step: number): number | undefined {
  const { steps, values } = curve;
  const after = lowerBound(steps, step);
  const before = after - 1;
  const next = steps[after];
  const previous = steps[before];
  if (next === undefined) return values[before];
  if (previous === undefined) return values[after];
  return step - previous < next - step ? values[before] : values[after];
}

/** Index of the first step that is not below the given one. */
export function lowerBound(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How values are read and shown. */
export type ValueFormat = (value: number) => string;

/** Four significant digits, in the shortest writing; NaN and the infinities by their names. */
export const formatValue: ValueFormat = (value) => formatDigits(value, 4);

/** So many significant digits; very small and very large numbers with a power of ten. */
export function formatDigits(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-3 && size < 1e6);
  return plain ? String(rounded) : rounded.toExponential().replace('e+', 'e');
}

/** A share from 0 to 1 in percent. */
export const formatPercent: ValueFormat = (value) =>
  Number.isFinite(value) ? `${Number((value * 100).toPrecision(3))} %` : String(value);

/** Two decimals with a sign, as cosines are written. */
export const formatCosine: ValueFormat = (value) =>
  Number.isFinite(value) ? `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}` : String(value);
