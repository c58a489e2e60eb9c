import { describe, expect, it } from 'vitest';

import { LastLines } from '../../../server/src/hostClient/lastLines.ts';

describe('the last lines', () => {
  it('are put together from pieces, without empty ones', () => {
    const lines = new LastLines(2);
    expect(lines.toString()).toBe('');
    for (const piece of ['one\ntw', 'o\r\n\n', '  \nthr', 'ee\n']) lines.add(piece);
    expect(lines.toString()).toBe('two\nthree');
  });

  it('stay bounded in a flood', () => {
    const lines = new LastLines(3);
    for (let index = 0; index < 1000; index += 1) lines.add('x'.repeat(1000));
    expect(lines.toString().length).toBeLessThanOrEqual(16_384);
  });
});
