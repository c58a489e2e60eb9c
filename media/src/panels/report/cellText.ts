import { formatDigits, formatValue } from '../../charts/curve.ts';
import type { ReportMeasure, ReportRow } from './state.ts';

type Judgement = ReportMeasure['judgement'];

/** The judgements in words; colour only repeats them. */
export const judgementWords: Readonly<Record<Judgement, string>> = {
  baseline: '',
  better: 'better',
  worse: 'worse',
  different: 'different',
  same: 'same',
  unclear: 'not clear',
  unknown: '',
};

/** A cell of the table in words. */
export interface CellText {
  readonly mean: string;
  /** `+0.12 [+0.05, +0.19]`; empty for the baseline. */
  readonly difference: string;
  /** `bootstrap [+0.04, +0.21]`; empty where there is none. */
  readonly bootstrap: string;
  /** `about 12 more seeds would be needed`; empty where it is decided, or cannot be said. */
  readonly needed: string;
  readonly judgement: Judgement;
  readonly word: string;
}

export function cellText(measure: ReportMeasure): CellText {
  const { judgement, bootstrap, moreSeeds } = measure;
  return {
    mean: formatMean(measure),
    difference: formatDifference(measure),
    bootstrap: bootstrap ? `bootstrap ${formatInterval(bootstrap)}` : '',
    needed: moreSeeds === undefined ? '' : `${seedsText(moreSeeds)} would be needed`,
    judgement,
    word: judgementWords[judgement],
  };
}

/** `lower is better`, where it is known. */
export function betterText({ better }: ReportRow): string {
  return better === 'unknown' ? '' : `${better} is better`;
}

export function signed(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatValue(value);
  return `${value > 0 ? '+' : '−'}${formatDigits(Math.abs(value), 3)}`;
}

function seedsText(moreSeeds: number | 'many'): string {
  if (moreSeeds === 'many') return 'more than 50 more seeds';
  return `about ${moreSeeds} more seed${moreSeeds === 1 ? '' : 's'}`;
}

function formatMean({ mean, values }: ReportMeasure): string {
  // A variant whose runs have all failed has no value to take a mean of.
  return values.length === 0 ? '–' : formatValue(mean);
}

function formatDifference({ difference, interval }: ReportMeasure): string {
  if (difference === undefined) return '';
  const change = signed(difference);
  return interval ? `${change} ${formatInterval(interval)}` : change;
}

function formatInterval([low, high]: readonly [number, number]): string {
  return `[${signed(low)}, ${signed(high)}]`;
}
