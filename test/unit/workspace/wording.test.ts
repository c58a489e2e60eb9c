import { describe, expect, it } from 'vitest';

import { code, escapeMarkdown } from '../../../server/src/workspace/hoverText.ts';
import {
  percent,
  plainNumber,
  signed,
  sparkline,
  weightText,
} from '../../../server/src/workspace/wording.ts';

describe('the words on the line', () => {
  it('writes shares as whole percents, and small ones with a digit more', () => {
    expect([0.07, 0.004, 0, 1, Number.NaN].map(percent)).toEqual([
      '7 %',
      '0.4 %',
      '0 %',
      '100 %',
      'NaN',
    ]);
  });

  it('writes cosines with a true minus and no negative zero', () => {
    expect([-0.123, 0.5, -0.001].map((value) => signed(value))).toEqual(['−0.12', '0.50', '0.00']);
  });

  it('writes numbers of any size in a few letters', () => {
    expect([0.031234, 123456.7, 1.5e-7, 0, Number.POSITIVE_INFINITY].map(plainNumber)).toEqual([
      '0.03123',
      '1.23e+5',
      '1.50e−7',
      '0',
      '∞',
    ]);
  });

  it('writes weights as configs do', () => {
    expect([1, 0.02, 1e-6].map(weightText)).toEqual(['1.0', '0.02', '0.000001']);
  });

  it('draws a trend with a gap where there is no number', () => {
    expect(sparkline([0, 1, Number.NaN, 2])).toBe('▁▅ █');
    expect(sparkline([3, 3])).toBe('▄▄');
    expect(sparkline([])).toBe('');
  });

  it('never lets text of a log become markup', () => {
    expect(code('a`](command:x)[``b')).toBe('``` a`](command:x)[``b ```');
    expect(escapeMarkdown('a\n\n# b')).toBe('a \\# b');
    expect(escapeMarkdown('[x](command:y) <img>')).toBe('\\[x\\]\\(command:y\\) \\<img\\>');
  });
});
