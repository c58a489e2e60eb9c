import { type ChartCurve, type ValueFormat, valueAt } from './curve.ts';

/** The chart in words, for those who do not see it. */
export function describeCurves(
  title: string,
  curves: readonly ChartCurve[],
  format: ValueFormat,
): string {
  const steps = curves.flatMap(({ steps: all }) => [...all.slice(0, 1), ...all.slice(-1)]);
  if (steps.length === 0) return `${title}: no points yet.`;
  const range = `steps ${Math.min(...steps)} to ${Math.max(...steps)}`;
  const sentences = curves.map((curve) => describeCurve(curve, format));
  return [`${title}, ${range}.`, ...sentences].join(' ');
}

function describeCurve({ label, values }: ChartCurve, format: ValueFormat): string {
  const last = values.at(-1);
  if (last === undefined) return `${label}: no points.`;
  const finite = values.filter(Number.isFinite);
  const missing = values.length - finite.length;
  const [low, high] = extremes(finite);
  const parts = [
    `${label}: last ${format(last)}`,
    finite.length > 1 ? `lowest ${format(low)}, highest ${format(high)}` : '',
    missing > 0 ? `${missing} not finite` : '',
  ];
  return `${parts.filter((part) => part !== '').join(', ')}.`;
}

/** Rows of the data table: the step, then the value of each curve; at most `limit`, evenly taken. */
export function tableRows(
  curves: readonly ChartCurve[],
  format: ValueFormat,
  limit: number,
): readonly (readonly string[])[] {
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const count = Math.min(limit, steps.length);
  const chosen = Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 1 : index / (count - 1);
    return steps[Math.round(share * (steps.length - 1))] ?? 0;
  });
  return chosen.map((step) => [
    String(step),
    ...curves.map((curve) => {
      const value = valueAt(curve, step);
      return value === undefined ? '' : format(value);
    }),
  ]);
}

function extremes(values: readonly number[]): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
