import { prefersLog } from '../../charts/alignCurves.ts';
import { formatDigits, legendEntries } from '../../charts/curve.ts';
import type { Figure, Place, Shape } from '../../charts/figure.ts';
import { niceTicks } from '../../charts/niceTicks.ts';
import { strokeOf, type Theme } from '../../themeColors.ts';
import type { ReportChart } from './state.ts';

const width = 420;
const plotHeight = 180;
const [left, right, top] = [60, 410, 8];
const legendLine = 16;
const mostLetters = 44;

/** The learning curves of one metric, for a file: what uPlot draws on the page stays on the page. */
export function curvesFigure({ curves }: ReportChart, theme: Theme): Figure {
  const isLog = prefersLog(curves);
  const scale = (value: number): number => (isLog ? Math.log10(value) : value);
  const steps = extent(curves.flatMap((curve) => [...curve.steps]));
  const values = extent(curves.flatMap((curve) => curve.values.map(scale)));
  const x = (step: number): number => left + share(step, steps) * (right - left);
  const y = (value: number): number => top + plotHeight - share(value, values) * plotHeight;
  const end = top + plotHeight;
  const marks = isLog ? logTicks(values) : niceTicks(...values, 5);
  const legend = legendEntries(curves);
  const shapes: Shape[] = [
    ...marks.flatMap((mark): readonly Shape[] => [
      {
        kind: 'line',
        points: [
          [left, y(mark)],
          [right, y(mark)],
        ],
        color: theme.grid,
        width: 1,
      },
      label([left - 6, y(mark) + 4], formatDigits(isLog ? 10 ** mark : mark, 3), theme, 'end'),
    ]),
    ...niceTicks(...steps, 5).map((mark) =>
      label([x(mark), end + 16], formatDigits(mark, 4), theme, 'middle'),
    ),
    ...curves.flatMap((curve): readonly Shape[] => {
      const { color, dash } = strokeOf(theme, curve.color);
      const places = curve.steps.map(
        (step, at): Place => [x(step), y(scale(curve.values[at] ?? Number.NaN))],
      );
      return unbroken(places).map((points) => ({
        ...{ kind: 'line', points, color, dash },
        width: curve.faint ? 1 : 1.5,
      }));
    }),
    ...legend.flatMap(({ label: name, color }, at): readonly Shape[] => {
      const height = end + 36 + at * legendLine;
      const stroke = strokeOf(theme, color);
      const text = name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name;
      return [
        {
          kind: 'line',
          points: [
            [left, height - 4],
            [left + 16, height - 4],
          ],
          width: 2,
          ...stroke,
        },
        label([left + 22, height], text, theme, 'start'),
      ];
    }),
  ];
  return { width, height: end + 36 + legend.length * legendLine, shapes };
}

/** Stretches of a line between the places that cannot be drawn. */
function unbroken(places: readonly Place[]): readonly (readonly Place[])[] {
  const stretches: Place[][] = [[]];
  for (const place of places) {
    if (place.every(Number.isFinite)) stretches.at(-1)?.push(place);
    else stretches.push([]);
  }
  return stretches.filter(({ length }) => length > 1);
}

type Extent = readonly [low: number, high: number];

function extent(values: readonly number[]): Extent {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function share(value: number, [low, high]: Extent): number {
  return (value - low) / (high - low);
}

/** Powers of ten, or round numbers between them where there are too few. */
function logTicks([low, high]: Extent): readonly number[] {
  const powers = niceTicks(low, high, 5).filter(Number.isInteger);
  if (powers.length > 1) return powers;
  return niceTicks(10 ** low, 10 ** high, 4)
    .filter((tick) => tick > 0)
    .map(Math.log10);
}

function label(
  at: Place,
  text: string,
  { muted }: Theme,
  anchor: 'start' | 'middle' | 'end',
): Shape {
  return { kind: 'text', at, text, color: muted, size: 11, anchor };
}
