import { describe, expect, it } from 'vitest';

import { checkMarks, markAt, matchesPattern, parseMarkedText } from '../../support/markers.ts';

const fixture = `
  loss:
    kl_weight: 0.1$0
    #          ^^^ warning R1: moves little
    # a comment that stays
    w_rec: nan
           ^^^
           ^ second
`;

describe('marked fixtures', () => {
  it('give the text without marks, the cursor and the marks at their places', () => {
    const marked = parseMarkedText(fixture);
    expect(marked.text).toBe('loss:\n  kl_weight: 0.1\n  # a comment that stays\n  w_rec: nan\n');
    expect(marked.cursor).toEqual({ line: 1, character: 16, offset: 22 });
    expect(marked.marks).toEqual([
      {
        range: { start: { line: 1, character: 13 }, end: { line: 1, character: 16 } },
        message: 'warning R1: moves little',
      },
      {
        range: { start: { line: 3, character: 9 }, end: { line: 3, character: 12 } },
        message: '',
      },
      {
        range: { start: { line: 3, character: 9 }, end: { line: 3, character: 10 } },
        message: 'second',
      },
    ]);
  });

  it('have no cursor where none was set', () => {
    expect(parseMarkedText('a: 1').cursor).toBeUndefined();
  });

  it('are met by the same marks in any order', () => {
    const marked = parseMarkedText('a: 1 b\n^ first…\n   ^ second');
    const marks = [markAt(marked.text, { start: 3, end: 4 }, 'second')];
    checkMarks(marked, [...marks, markAt(marked.text, { start: 0, end: 1 }, 'first of all')]);
    expect(() => checkMarks(marked, marks)).toThrow('^ first…');
  });

  it.each([
    ['another place', { start: 1, end: 2 }, 'word'],
    ['another length', { start: 0, end: 2 }, 'word'],
    ['another message', { start: 0, end: 1 }, 'words'],
  ])('are not met by a mark of %s', (_, range, message) => {
    const marked = parseMarkedText('a: 1\n^ word');
    expect(() => checkMarks(marked, [markAt(marked.text, range, message)])).toThrow();
  });

  it('are not met by a mark too many', () => {
    const marked = parseMarkedText('a: 1');
    expect(() => checkMarks(marked, [markAt(marked.text, { start: 0, end: 1 }, 'x')])).toThrow('x');
  });

  it('take … for any text and all else as it is', () => {
    expect(matchesPattern('a (b) 0.12 c', 'a (b) … c')).toBe(true);
    expect(matchesPattern('a b', 'a.b')).toBe(false);
    expect(matchesPattern('a b c', 'a b')).toBe(false);
  });
});
