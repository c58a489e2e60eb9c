import type { ChartCurve } from './curve.ts';

/**
 * Curves over one common row of steps, as uPlot wants them: `null` is a gap in the line (NaN, an
 * infinity, or nothing that a logarithm could show), `undefined` a step that the curve does not
 * have and is drawn across.
 */
export interface AlignedCurves {
  readonly steps: number[];
  readonly values: (number | null | undefined)[][];
}

export function alignCurves(curves: readonly ChartCurve[], scale: 'linear' | 'log'): AlignedCurves {
  const drawable = (value: number): number | null =>
    Number.isFinite(value) && (scale === 'linear' || value > 0) ? value : null;
  const [first] = curves;
  if (first === undefined) return { steps: [], values: [] };
  if (curves.every(({ steps }) => sameSteps(steps, first.steps))) {
    return { steps: [...first.steps], values: curves.map(({ values }) => values.map(drawable)) };
  }
  const steps = commonSteps(curves);
  const values = curves.map((curve) => {
    const row: (number | null | undefined)[] = new Array(steps.length).fill(undefined);
    let place = 0;
    curve.steps.forEach((step, index) => {
      while ((steps[place] ?? step) < step) place += 1;
      row[place] = drawable(curve.values[index] ?? Number.NaN);
      place += 1;
    });
    return row;
  });
  return { steps, values };
}

/** The steps of all curves, each as often as the curve has it that has it most. */
function commonSteps(curves: readonly ChartCurve[]): number[] {
  const counts = new Map<number, number>();
  for (const { steps } of curves) {
    let repeated = 0;
    for (const [index, step] of steps.entries()) {
      repeated = steps[index - 1] === step ? repeated + 1 : 1;
      counts.set(step, Math.max(repeated, counts.get(step) ?? 0));
    }
  }
  return [...counts]
    .sort(([one], [other]) => one - other)
    .flatMap(([step, count]) => new Array<number>(count).fill(step));
}

/**
 * Whether a logarithm shows these values better: all positive and more than 30-fold apart, where a
 * linear axis presses the small ones onto its floor.
 */
export function prefersLog(curves: readonly ChartCurve[]): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const { values } of curves) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value <= 0) return false;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high > 30 * low;
}

function sameSteps(left: readonly number[], right: readonly number[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((step, index) => step === right[index]);
}
