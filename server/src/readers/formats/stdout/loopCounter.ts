import { isDigit, openBracket, openParenthesis, slash } from './asciiBytes.ts';
import type { TextLine } from './textLine.ts';

/** What a line counts: `Epoch [3/100]`, `step=200`. */
export interface LoopCounter {
  readonly count: number;
  /** NaN where it does not stand there. */
  readonly total: number;
  /** `[0]` rather than `[3/100]` or `3`: such epochs are counted from zero. */
  readonly isBareBracket: boolean;
  /** The index behind it, a bracket that closes it left out. */
  readonly end: number;
}

const hash = 0x23;
const closing = ' \t,;:|])}-';

/** Which of the counters of a line a name stands for. */
export function counterKind(name: string): 'epoch' | 'step' | 'global' | 'batch' | undefined {
  const lower = name.toLowerCase();
  if (lower === 'epoch') return 'epoch';
  if (lower === 'batch') return 'batch';
  if (/^(?:global|total)[ _]?(?:step|iter)$/.test(lower)) return 'global';
  return /^(?:step|iter|iteration)$/.test(lower) ? 'step' : undefined;
}

/** Reads `3`, `[3/100]`, `#3`, `3 of 100`: undefined for what is no whole number. */
export function readCounter(line: TextLine, from: number): LoopCounter | undefined {
  const first = line.at(from);
  const isOpen = first === openBracket || first === openParenthesis || first === hash;
  const countEnd = line.readNumber(line.skipBlanks(isOpen ? from + 1 : from));
  const count = line.value;
  if (countEnd < 0 || !Number.isInteger(count) || count < 0) return undefined;
  const totalFrom = totalStart(line, countEnd);
  const totalEnd = totalFrom < 0 ? countEnd : line.readNumber(totalFrom);
  if (totalEnd < 0 || !endsCounter(line, totalEnd)) return undefined;
  const total = totalFrom < 0 ? Number.NaN : line.value;
  const isBareBracket = first === openBracket && totalFrom < 0;
  return { count, total, isBareBracket, end: totalEnd };
}

/** The index of the number behind `/` or `of`, or -1. */
function totalStart(line: TextLine, from: number): number {
  const at = line.skipBlanks(from);
  const skipped = line.at(at) === slash ? 1 : line.has('of ', at) ? 3 : 0;
  const start = line.skipBlanks(at + skipped);
  return skipped > 0 && isDigit(line.at(start)) ? start : -1;
}

/** No date, no time and no version goes on here. */
function endsCounter(line: TextLine, at: number): boolean {
  if (at >= line.to) return true;
  const byte = line.at(at);
  if (!closing.includes(String.fromCharCode(byte))) return false;
  return !isDigit(line.at(at + 1)) || byte === 0x20 || byte === 0x09;
}
