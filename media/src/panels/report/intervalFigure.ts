import { formatDigits } from '../../charts/curve.ts';
import type { Figure, Place, Shape } from '../../charts/figure.ts';
import { niceTicks } from '../../charts/niceTicks.ts';
import type { Theme } from '../../themeColors.ts';
import { betterText, judgementWords, signed } from './cellText.ts';
import {
  type MeasureName,
  measureOf,
  type Report,
  type ReportMeasure,
  type ReportRow,
} from './state.ts';

const width = 420;
const lineHeight = 24;
const top = 26;
const bottom = 24;
/** Where the whiskers may be, between the names and the words. */
const [left, right] = [130, 346];
/** More variants than this are no longer told apart; the table has all. */
const mostLines = 24;
/** So many letters of a name fit before the whiskers. */
const mostLetters = 19;

/** One variant on one metric: its difference to the baseline with its intervals. */
export interface IntervalLine {
  readonly label: string;
  readonly difference: number;
  readonly interval?: readonly [number, number];
  readonly bootstrap?: readonly [number, number];
  readonly judgement: ReportMeasure['judgement'];
}

/** The best variants with a number, in the order of the report. */
export function intervalLines(
  report: Report,
  row: ReportRow,
  measure: MeasureName,
): readonly IntervalLine[] {
  const cells = new Map(row.cells.map((cell) => [cell.variant, cell]));
  const lines = report.variants.flatMap(({ id, label }) => {
    const cell = cells.get(id);
    const found = cell && measureOf(cell, measure);
    if (found?.difference === undefined || !Number.isFinite(found.difference)) return [];
    const { difference, interval, bootstrap, judgement } = found;
    return [
      {
        ...{ label, difference, judgement },
        ...(interval ? { interval } : {}),
        ...(bootstrap ? { bootstrap } : {}),
      },
    ];
  });
  return lines.slice(0, mostLines);
}

/**
 * Dots with whiskers, a line a variant: the thick whisker is the paired t interval, the thin one below
 * it that of the bootstrap. The dashed line is the baseline.
 */
export function intervalFigure(
  row: ReportRow,
  lines: readonly IntervalLine[],
  theme: Theme,
): Figure {
  const height = top + lines.length * lineHeight + bottom;
  const [low, high] = rangeOf(lines);
  const x = (value: number): number => left + ((value - low) / (high - low)) * (right - left);
  const end = height - bottom;
  const ticks = niceTicks(low, high, 4);
  const axis = ticks.flatMap((tick): readonly Shape[] => [
    line([x(tick), top], [x(tick), end], theme.grid, 1),
    text([x(tick), end + 15], formatDigits(tick, 3), theme.muted, 'middle'),
  ]);
  const zero: Shape = {
    ...line([x(0), top - 2], [x(0), end + 2], theme.foreground, 1),
    dash: [3, 3],
  };
  const marks = lines.flatMap((each, at) =>
    lineShapes(each, top + (at + 0.5) * lineHeight, x, theme),
  );
  return { width, height, shapes: [...directionShapes(row, theme), ...axis, zero, ...marks] };
}

/** What the figure shows, in words. */
export function describeIntervals(row: ReportRow, lines: readonly IntervalLine[]): string {
  const better = betterText(row);
  const said = lines.map(({ label, difference, interval, bootstrap, judgement }) => {
    const ends = ([from, to]: readonly [number, number]): string =>
      `${signed(from)} to ${signed(to)}`;
    return [
      `${label} ${signed(difference)}`,
      ...(interval ? [`paired t ${ends(interval)}`] : ['no interval']),
      ...(bootstrap ? [`bootstrap ${ends(bootstrap)}`] : []),
      ...(judgementWords[judgement] === '' ? [] : [judgementWords[judgement]]),
    ].join(', ');
  });
  const head = `${row.metric}, difference to the baseline${better === '' ? '' : `, ${better}`}`;
  return `${head}: ${said.join('; ')}.`;
}

function lineShapes(
  { label, difference, interval, bootstrap, judgement }: IntervalLine,
  y: number,
  x: (value: number) => number,
  theme: Theme,
): readonly Shape[] {
  const color = colorOf(judgement, theme);
  const name = label.length > mostLetters ? `${label.slice(0, mostLetters - 1)}…` : label;
  const whisker = ([from, to]: readonly [number, number], height: number, thick: number): Shape =>
    line([x(from), height], [x(to), height], color, thick);
  return [
    text([left - 10, y + 4], name, theme.foreground, 'end'),
    ...(interval ? [whisker(interval, y, 3)] : []),
    ...(bootstrap ? [whisker(bootstrap, y + 7, 1)] : []),
    { kind: 'dot', at: [x(difference), y], radius: 4.5, color },
    text([right + 12, y + 4], judgementWords[judgement], theme.muted, 'start'),
  ];
}

/** The side on which better is. */
function directionShapes({ better }: ReportRow, theme: Theme): readonly Shape[] {
  if (better === 'unknown') return [];
  return better === 'lower'
    ? [text([left, top - 12], '← better', theme.muted, 'start')]
    : [text([right, top - 12], 'better →', theme.muted, 'end')];
}

/** All whiskers and the baseline, with some room at both ends. */
function rangeOf(lines: readonly IntervalLine[]): readonly [number, number] {
  const values = lines
    .flatMap(({ difference, interval = [], bootstrap = [] }) => [
      difference,
      ...interval,
      ...bootstrap,
    ])
    .filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = (high - low) * 0.04 || 1;
  return [low - room, high + room];
}

function colorOf(
  judgement: IntervalLine['judgement'],
  { palette, muted, foreground }: Theme,
): string {
  // The greens and reds of the theme; the word beside it says the same.
  if (judgement === 'better') return palette[2] ?? foreground;
  if (judgement === 'worse') return palette[5] ?? foreground;
  return judgement === 'different' ? (palette[0] ?? foreground) : muted;
}

function line(
  from: Place,
  to: Place,
  color: string,
  thick: number,
): Extract<Shape, { kind: 'line' }> {
  return { kind: 'line', points: [from, to], color, width: thick };
}

function text(at: Place, words: string, color: string, anchor: 'start' | 'middle' | 'end'): Shape {
  return { kind: 'text', at, text: words, color, size: 11, anchor };
}
