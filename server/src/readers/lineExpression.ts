import { RE2JS, RE2JSException } from 're2js';

import { fail, type Result, succeed } from '../base/result.ts';

/** How somebody describes the lines of a log of their own. */
export interface LinePattern {
  /** A regular expression whose named groups are the metrics. */
  readonly line: string;
  /** The group with the step; where left out, the group `step` if there is one. */
  readonly step?: string | undefined;
  /** The group with the time; where left out, the group `wall_time` if there is one. */
  readonly wallTime?: string | undefined;
  /** Comes before the name of every metric. */
  readonly prefix?: string | undefined;
}

/** A pattern that can be run: which group, by its number, holds what. */
export interface LineExpression {
  /** Takes time in proportion to the text, whatever expression and text are. */
  readonly expression: RE2JS;
  readonly metrics: readonly { readonly group: number; readonly name: string }[];
  /** Groups of a metric that is named in the text. */
  readonly pair: { readonly name: number; readonly value: number } | undefined;
  /** 0 for none. */
  readonly step: number;
  /** 0 for none. */
  readonly wallTime: number;
  readonly prefix: string;
  /** States of the expression: the time for a character grows with them. */
  readonly size: number;
}

/** What is wrong with a pattern. */
export interface PatternProblem {
  readonly key: 'line' | 'step' | 'wallTime';
  readonly message: string;
  /** The part of the expression that is wrong, where it is one. */
  readonly part?: string | undefined;
}

/** An expression with more states than this is too slow to be run over a log. */
const maximumSize = 2000;
const maximumLetters = 2000;

/** Prepares a pattern, or says what is wrong with it. */
export function compileLinePattern(pattern: LinePattern): Result<LineExpression, PatternProblem> {
  const compiled = compileExpression(pattern.line);
  if (!compiled.ok) return fail({ key: 'line', ...compiled.error });
  const groups = compiled.value.namedGroups();
  for (const key of ['step', 'wallTime'] as const) {
    const message = missingGroup(pattern[key], groups);
    if (message !== undefined) return fail({ key, message });
  }
  return assignGroups(pattern, compiled.value, groups);
}

function assignGroups(
  { step = 'step', wallTime = 'wall_time', prefix = '' }: LinePattern,
  expression: RE2JS,
  groups: Readonly<Record<string, number>>,
): Result<LineExpression, PatternProblem> {
  const { name, value, ...others } = groups;
  if (name !== undefined && value === undefined) {
    const message =
      'has a group name without a group value: (?<name>…) takes the name of a metric from the line, and (?<value>…) its number';
    return fail({ key: 'line', message });
  }
  const pair = name !== undefined && value !== undefined ? { name, value } : undefined;
  const metrics = Object.entries(pair ? others : groups)
    .filter(([group]) => group !== step && group !== wallTime)
    .map(([group, number]) => ({ group: number, name: prefix + group }));
  if (metrics.length === 0 && !pair) {
    const message =
      'has no group for a metric: write (?<loss>[-+.\\w]+) where the number of the metric loss stands, or (?<name>…) and (?<value>…) where the line names its metrics';
    return fail({ key: 'line', message });
  }
  const roles = { step: groups[step] ?? 0, wallTime: groups[wallTime] ?? 0, prefix };
  return succeed({ expression, metrics, pair, ...roles, size: expression.programSize() });
}

function missingGroup(
  group: string | undefined,
  groups: Readonly<Record<string, number>>,
): string | undefined {
  if (group === undefined || groups[group] !== undefined) return undefined;
  const names = Object.keys(groups);
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return `names the group ${group}, which the expression does not have; ${known}`;
}

type ExpressionProblem = Omit<PatternProblem, 'key'>;

function compileExpression(text: string): Result<RE2JS, ExpressionProblem> {
  const tooLarge = { message: 'is too large an expression: shorten it, or repeat less in it' };
  if (text.length > maximumLetters) return fail(tooLarge);
  try {
    const expression = RE2JS.compile(text);
    return expression.programSize() > maximumSize ? fail(tooLarge) : succeed(expression);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return fail(describe(error, text));
  }
}

/** What other engines have and this one does not, by how it is written. */
const missing: readonly (readonly [written: RegExp, says: string])[] = [
  [
    /\(\?<?[=!]/,
    'looks ahead or behind, which no expression can that is fast on every line; match the text around instead, only groups are taken',
  ],
  [
    /\\[1-9]|\(\?P=|\\k</,
    'refers back to a group, which no expression can that is fast on every line',
  ],
  [/\(\?>|[+*?}]\+/, 'has a possessive part, which is not needed here: nothing is tried twice'],
  [/\\Z/, 'has \\Z; the end of the line is $'],
];

function describe(error: RE2JSException, text: string): ExpressionProblem {
  const { reason, part } = detailsOf(error);
  const known = missing.find(([written]) => written.test(part ?? ''));
  const found = known?.[0].exec(text)?.[0];
  if (known) return { message: known[1], part: found ?? part };
  if (/named capture/.test(reason)) {
    return {
      message: 'names a group by other than letters, digits and _; prefix can hold the rest',
      part,
    };
  }
  const place = part === undefined || part === '' ? '' : ` at ${part}`;
  return { message: `is no regular expression: ${reason}${place}`, part };
}

function detailsOf(error: RE2JSException): { reason: string; part: string | undefined } {
  const reason = 'error' in error && typeof error.error === 'string' ? error.error : error.message;
  const part = 'input' in error && typeof error.input === 'string' ? error.input : undefined;
  return { reason, part };
}
