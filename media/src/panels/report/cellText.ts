import { formatDigits, formatValue } from '../../charts/curve.ts';
import { type Judgement, judge, type ReportCell, type ReportRow } from './state.ts';

/** The judgements in words; colour only repeats them. */
const judgementWords: Readonly<Record<Judgement, string>> = {
  baseline: '',
  better: 'better',
  worse: 'worse',
  same: 'same',
  unclear: 'not clear',
  unknown: '',
};

/** A cell of the table in words. */
export interface CellText {
  readonly mean: string;
  /** `+0.12 [0.05, 0.19]`; empty for the baseline. */
  readonly difference: string;
  readonly judgement: Judgement;
  readonly word: string;
}

export function cellText(row: ReportRow, cell: ReportCell): CellText {
  const judgement = judge(row, cell);
  return {
    mean: formatMean(cell),
    difference: formatDifference(cell),
    judgement,
    word: judgementWords[judgement],
  };
}

/** `lower is better`, where it is known. */
export function betterText({ better }: ReportRow): string {
  return better === 'unknown' ? '' : `${better} is better`;
}

function formatMean({ mean, values }: ReportCell): string {
  // A variant whose runs have all failed has no value to take a mean of.
  return values.length === 0 ? '–' : formatValue(mean);
}

function formatDifference({ difference, interval }: ReportCell): string {
  if (difference === undefined) return '';
  const change = signed(difference);
  return interval ? `${change} [${signed(interval[0])}, ${signed(interval[1])}]` : change;
}

function signed(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatValue(value);
  return `${value > 0 ? '+' : '−'}${formatDigits(Math.abs(value), 3)}`;
}
