import { describe, expect, it } from 'vitest';

import {
  budgetExceptions,
  countLines,
  fileLimit,
  fileMedianLimit,
  fileViolations,
  functionLengths,
  functionLimit,
  functionTailLimit,
  functionViolations,
  quantile,
  testFileLimit,
} from './support/budgets.ts';
import { habitViolations } from './support/habits.ts';
import { parsedSources, productFolders } from './support/repository.ts';
import { describeViolations, parseSource } from './support/sourceFile.ts';

const sources = parsedSources(productFolders);
const tools = parsedSources(['scripts/', 'bench/']);
const tests = parsedSources(['test/']);

describe('budgets', () => {
  it('hold for every file', () => {
    const product = fileViolations([...sources, ...tools], fileLimit, budgetExceptions);
    expect(describeViolations(product)).toEqual([]);
    expect(describeViolations(fileViolations(tests, testFileLimit, budgetExceptions))).toEqual([]);
    expect(
      quantile(
        sources.map((source) => countLines(source.text)),
        0.5,
      ),
    ).toBeLessThanOrEqual(fileMedianLimit);
  });

  it('hold for every function', () => {
    const lengths = [...sources, ...tools].flatMap(functionLengths);
    expect(describeViolations(functionViolations(lengths))).toEqual([]);
    expect(
      quantile(
        lengths.map(({ lines }) => lines),
        0.95,
      ),
    ).toBeLessThanOrEqual(functionTailLimit);
  });

  it('are excepted for files that are there and too long, each with a reason', () => {
    for (const { path, reason } of budgetExceptions) {
      const source = [...sources, ...tools, ...tests].find((file) => file.path === path);
      expect(countLines(source?.text ?? '')).toBeGreaterThan(fileLimit);
      expect(reason).not.toBe('');
    }
  });

  it('are broken by one line too many', () => {
    const atLimit = { path: 'a.ts', text: 'x;\n'.repeat(fileLimit) };
    const over = { path: 'b.ts', text: 'x;\n'.repeat(fileLimit + 1) };
    expect(describeViolations(fileViolations([atLimit, over], fileLimit, []))).toEqual([
      'b.ts has 351 lines; the budget is 350',
    ]);
    expect(fileViolations([over], fileLimit, [{ path: 'b.ts', reason: 'a table' }])).toEqual([]);
  });

  it('measure functions, methods and arrows with braces, without their blank lines', () => {
    const text = [
      'function first() {\n\n  call();\n}',
      'class C { method() {\n  call();\n  call();\n} }',
      'const third = () => {\n  call();\n};',
      'const short = () => call();',
    ].join('\n');
    const lengths = functionLengths(parseSource('a.ts', text));
    expect(lengths.map(({ line, lines }) => [line, lines])).toEqual([
      [1, 3],
      [5, 4],
      [9, 3],
    ]);
  });

  it('are broken by a long function', () => {
    const body = '  call();\n'.repeat(functionLimit - 1);
    const long = functionLengths(parseSource('a.ts', `function long() {\n${body}}\n`));
    expect(describeViolations(functionViolations(long))).toEqual([
      'a.ts:1 has a function of 81 lines; the budget is 80',
    ]);
  });

  it('use the nearest rank', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
    expect(quantile([], 0.5)).toBe(0);
  });
});

describe('habits', () => {
  it('are kept by every file', () => {
    expect(describeViolations(sources.flatMap(habitViolations))).toEqual([]);
  });

  it.each([
    ['a.ts', 'export default 1;', 'has a default export'],
    ['a.ts', `export * from './b.ts';`, 'exports all of another file'],
    ['a.ts', `export { b } from './b.ts';`, 'exports again'],
    ['a.ts', `export type { B } from './b.ts';`, 'exports again'],
    ['a.ts', 'let count = 0;', 'keeps state in a module'],
    ['a.ts', 'export var count = 0;', 'keeps state in a module'],
    ['text-utils.ts', '', 'a name that says nothing'],
    ['runManager.ts', '', 'a name that says nothing'],
    ['helpers.test.ts', '', 'a name that says nothing'],
  ])('are broken by %s: %s', (path, text, message) => {
    const found = describeViolations(habitViolations(parseSource(path, text)));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('allow constants, local state and declarations', () => {
    const text = 'export const a = 1; declare let b: number; function f() { let c = 0; return c; }';
    expect(habitViolations(parseSource('commonality.ts', text))).toEqual([]);
  });
});
