import { markdownTable } from '../../scripts/markdownTable.mts';
import { type Arm, type Comparison, compareArms, verdictHigher } from './comparison.mts';

const minus = '−';

/** Four significant digits with a real minus. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text =
    Math.abs(value) >= 1e4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replace('-', minus);
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}

function probability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

/** All arms in one table, each against the first, which is the baseline. */
export function comparisonTable([baseline, ...arms]: readonly Arm[], metric: string): string {
  if (!baseline) throw new Error('There is nothing to compare.');
  const rows = compareArms(baseline, arms).map((comparison) => toRow(comparison));
  const own = baseline.values.reduce((sum, value) => sum + value, 0) / baseline.values.length;
  return markdownTable(
    [
      'arm',
      metric,
      'difference',
      '95 % interval (t)',
      'bootstrap',
      't',
      'p (Holm)',
      'higher in',
      '',
    ],
    [[baseline.label, figure(own), '', '', '', '', '', '', 'baseline'], ...rows],
  );
}

function toRow(comparison: Comparison): readonly string[] {
  const { label, mean, difference, interval, bootstrap, t, p, higher, n } = comparison;
  return [
    label,
    figure(mean),
    signed(difference),
    interval.map(signed).join(' to '),
    bootstrap.map(signed).join(' to '),
    figure(Number(t.toFixed(1))),
    probability(p),
    `${higher} of ${n}`,
    verdictHigher(comparison),
  ];
}
