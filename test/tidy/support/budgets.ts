import type { Node } from 'oxc-parser';

import { lineOf, type SourceFile, type Violation, walkNodes } from './sourceFile.ts';

export const fileLimit = 350;
export const fileMedianLimit = 100;
export const functionLimit = 80;
export const functionTailLimit = 45;
export const testFileLimit = 500;

/** A file that may be longer than its budget, and why. */
export interface BudgetException {
  readonly path: string;
  readonly reason: string;
}

export const budgetExceptions: readonly BudgetException[] = [];

/** The length of one function; blank lines do not count. */
export interface FunctionLength {
  readonly path: string;
  readonly line: number;
  readonly lines: number;
}

/** Lines of a text; a line break at the end begins no new one. */
export function countLines(text: string): number {
  if (text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Files over the limit that are not excepted. */
export function fileViolations(
  sources: readonly Pick<SourceFile, 'path' | 'text'>[],
  limit: number,
  exceptions: readonly BudgetException[],
): readonly Violation[] {
  return sources
    .filter((source) => !exceptions.some((exception) => exception.path === source.path))
    .map((source) => ({ path: source.path, lines: countLines(source.text) }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => ({ path, message: `has ${lines} lines; the budget is ${limit}` }));
}

/** Every function with a body in braces: short arrows would only flatter the percentiles. */
export function functionLengths(source: SourceFile): readonly FunctionLength[] {
  return [...walkNodes(source.program)].filter(hasBlockBody).map((node) => ({
    path: source.path,
    line: lineOf(source.text, node.start),
    lines: source.text
      .slice(node.start, node.end)
      .split('\n')
      .filter((line) => line.trim() !== '').length,
  }));
}

export function functionViolations(lengths: readonly FunctionLength[]): readonly Violation[] {
  return lengths
    .filter(({ lines }) => lines > functionLimit)
    .map(({ path, line, lines }) => ({
      path,
      line,
      message: `has a function of ${lines} lines; the budget is ${functionLimit}`,
    }));
}

/** The value below or at which the share `q` (0 to 1) of the values lies; 0 for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function hasBlockBody(node: Node): boolean {
  if (node.type === 'ArrowFunctionExpression') return node.body.type === 'BlockStatement';
  return (
    (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') &&
    node.body !== null
  );
}
