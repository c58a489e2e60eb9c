import { describe, expect, test } from 'vitest';

import { findNode } from '../../../server/src/syntax/configTree.ts';
import { json } from '../../../server/src/syntax/languages/json.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

describe('JSON configs', () => {
  test('comments and trailing commas are taken', () => {
    const text = '{\n  // how much the KL counts\n  "kl_weight": 1e-6, /* small */\n}\n';
    const { root, problems } = json.parse(text);
    expect(problems).toEqual([]);
    expect(toPlainData(root)).toEqual({ kl_weight: 1e-6 });
    const node = findNode(root, ['kl_weight']);
    expect(node).toMatchObject({ kind: 'scalar', text: '1e-6' });
    expect(text.slice(node?.range.start, node?.range.end)).toBe('1e-6');
  });

  test('every kind of value', () => {
    const text = '{"a": [1, "two", true, null], "b": {"c": -0.5}}';
    expect(toPlainData(json.parse(text).root)).toEqual(JSON.parse(text));
  });

  test('a problem stands at its place, and the rest is read', () => {
    const text = '{"a": 1 "b": 2}';
    const { root, problems } = json.parse(text);
    expect(problems).toMatchObject([
      { code: 'json-syntax', message: 'Not valid JSON: comma expected.', range: { start: 8 } },
    ]);
    expect(toPlainData(root)).toEqual({ a: 1, b: 2 });
  });

  test('of a text that is no JSON the first problems are told', () => {
    expect(json.parse('so '.repeat(10_000)).problems.length).toBeLessThan(12);
  });

  test("the words of Python's reader are numbers, in their place", () => {
    const text = '\uFEFF{"NaN": NaN, /* NaN */ "b": [-Infinity, "NaN"], "c": Infinity}';
    const { root, problems } = json.parse(text);
    expect(problems).toEqual([]);
    expect(toPlainData(root)).toEqual({
      NaN: Number.NaN,
      b: [Number.NEGATIVE_INFINITY, 'NaN'],
      c: Number.POSITIVE_INFINITY,
    });
    const node = findNode(root, ['b', '0']);
    expect(text.slice(node?.range.start, node?.range.end)).toBe('-Infinity');
    expect(json.parse('{"a": -NaN}').problems).not.toEqual([]);
  });

  test('what stands too deep to be read is said', () => {
    const { problems } = json.parse(`${'['.repeat(200)}${']'.repeat(200)}`);
    expect(problems).toMatchObject([{ code: 'json-too-deep', severity: 'warning' }]);
  });

  test('an empty file has no tree and no problem', () => {
    expect(json.parse('')).toMatchObject({ root: undefined, problems: [] });
  });

  test('thousands of levels are refused', () => {
    const { problems } = json.parse('['.repeat(100_000));
    expect(problems.length).toBeGreaterThan(0);
  });
});
