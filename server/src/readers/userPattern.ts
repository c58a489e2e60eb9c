import type { Matcher } from 're2js';

import type { LinePoints } from './formats/stdout/linePoints.ts';
import { NumberScanner } from './formats/stdout/numberScanner.ts';
import { type LineFinder, StdoutReader } from './formats/stdout/stdoutReader.ts';
import type { TextLine } from './formats/stdout/textLine.ts';
import type { LineExpression } from './lineExpression.ts';
import type { LogFormat } from './logFormat.ts';

/** What the expressions found in one file, for those who wrote them. */
export interface PatternTally {
  lines: number;
  /** By the place of the expression in the list. */
  readonly matched: number[];
  /** A line that no expression matched, '' for none. */
  unmatched: string;
}

/** Read in some 20 ms where every line matches several times: 6 MB/s. */
const blockBytes = 2 ** 17;
/**
 * Characters that are searched in one line, times the states of the expression: some 0.5 s at most.
 * The engine takes time in proportion to the line, but there may be as many matches as characters,
 * and each may look at the whole rest of it.
 */
const maximumWork = 2 ** 24;
/** A text longer than this is no number that a program printed. */
const maximumNumberLetters = 64;
/** Commas, brackets and quotes that an expression such as `\S+` takes along with a number. */
const behindNumber = /^[\s,;:|)\]}%"']*$/;
const dateAndTime = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d\d/;
/** Numbers beyond this count milliseconds; as seconds they would lie after the year 5000. */
const largestSeconds = 1e11;

/**
 * The format of files that somebody describes by expressions. A line belongs to the first one that
 * matches anywhere in it; all matches in a line are of one step and one time, whichever gives them.
 * A line with a step and without metrics is a heading: its step holds for the lines below that have
 * none.
 */
export function userPatternFormat(
  expressions: readonly LineExpression[],
  begun: (path: string, tally: PatternTally) => void,
): LogFormat {
  return {
    name: userPatternName,
    description: 'Text that log_patterns of counterweight.yaml describe',
    blockBytes,
    detect: () => 0,
    createReader: (path = '') => {
      const tally = { lines: 0, matched: expressions.map(() => 0), unmatched: '' };
      begun(path, tally);
      return new StdoutReader([], new PatternLines(expressions, tally));
    },
    examples: [],
  };
}

export const userPatternName = 'log_patterns';

class PatternLines implements LineFinder {
  readonly #expressions: readonly LineExpression[];
  readonly #matchers: readonly Matcher[];
  readonly #tally: PatternTally;
  readonly #scanner = new NumberScanner();
  readonly #digits = new Uint8Array(maximumNumberLetters);
  #headingStep = Number.NaN;

  constructor(expressions: readonly LineExpression[], tally: PatternTally) {
    this.#expressions = expressions;
    this.#matchers = expressions.map(({ expression }) => expression.matcher(''));
    this.#tally = tally;
  }

  read(line: TextLine, points: LinePoints): boolean {
    const text = line.text();
    points.clear();
    this.#tally.lines += 1;
    const index = this.#expressions.findIndex((expression, at) => {
      return this.#take(expression, this.#matchers[at], text, points);
    });
    if (index < 0) {
      this.#remember(text);
      return false;
    }
    this.#tally.matched[index] = (this.#tally.matched[index] ?? 0) + 1;
    if (points.count === 0 && !Number.isNaN(points.step)) this.#headingStep = points.step;
    if (Number.isNaN(points.step)) points.step = this.#headingStep;
    return points.count > 0 || points.problem !== undefined;
  }

  /** Keeps one line in ever more, which costs nothing and is likely to be of the body of the log. */
  #remember(text: string): void {
    const { lines } = this.#tally;
    if ((lines & (lines - 1)) === 0) this.#tally.unmatched = text.slice(0, 200);
  }

  #take(
    expression: LineExpression,
    matcher: Matcher | undefined,
    text: string,
    points: LinePoints,
  ): boolean {
    // Most lines are chatter, and whether there is a match is known ten times sooner than where.
    if (!matcher || !expression.expression.test(text)) return false;
    matcher.resetMatcherInput(text);
    let work = text.length * expression.size;
    while (work <= maximumWork && matcher.find()) {
      this.#takeMatch(expression, matcher, points);
      work += (text.length - matcher.end()) * expression.size;
    }
    if (work > maximumWork) {
      points.clear();
      points.problem = 'line too long for its pattern in log_patterns';
    }
    return true;
  }

  #takeMatch(expression: LineExpression, matcher: Matcher, points: LinePoints): void {
    const { metrics, pair, prefix, step, wallTime } = expression;
    if (step > 0 && Number.isNaN(points.step)) points.step = this.#stepOf(matcher.group(step));
    if (wallTime > 0 && Number.isNaN(points.wallTime)) {
      points.wallTime = this.#timeOf(matcher.group(wallTime));
    }
    for (const { group, name } of metrics) this.#add(name, matcher.group(group), points);
    const named = pair ? matcher.group(pair.name)?.trim() : undefined;
    if (pair && named) this.#add(prefix + named, matcher.group(pair.value), points);
  }

  #add(name: string, text: string | null, points: LinePoints): void {
    const value = this.#numberOf(text);
    if (value !== undefined) points.add(name, value);
  }

  #stepOf(text: string | null): number {
    const step = this.#numberOf(text);
    return step !== undefined && Number.isFinite(step) ? step : Number.NaN;
  }

  /** Seconds since the Unix epoch; a date without its zone is of the zone of this machine. */
  #timeOf(text: string | null): number {
    const trimmed = text?.trim() ?? '';
    if (dateAndTime.test(trimmed)) return Date.parse(trimmed.replace(',', '.')) / 1000;
    const time = this.#stepOf(trimmed);
    return time > largestSeconds ? time / 1000 : time;
  }

  /** The number that a group holds, with its unit if it has one; undefined where it is none. */
  #numberOf(text: string | null): number | undefined {
    const trimmed = text?.trim() ?? '';
    const length = trimmed.length;
    if (length === 0 || length > maximumNumberLetters) return undefined;
    for (let at = 0; at < length; at += 1) this.#digits[at] = Math.min(trimmed.charCodeAt(at), 127);
    const end = this.#scanner.readValue(this.#digits, 0, length);
    const isWhole = end >= 0 && behindNumber.test(trimmed.slice(end));
    return isWhole ? this.#scanner.value : undefined;
  }
}
