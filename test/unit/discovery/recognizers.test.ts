import { describe, expect, test } from 'vitest';

import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { recognizers } from '../../../server/src/discovery/registry.ts';
import { configLanguages } from '../../../server/src/syntax/registry.ts';

/** The texts above the `^^^` marks: a comment that holds nothing but marks speaks of its line before. */
function markedTexts(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const marks = /^\s*(?:#|\/\/)\s*(\^+)\s*$/.exec(line)?.[1];
    if (!marks) return [];
    const start = line.indexOf(marks);
    return [(lines[index - 1] ?? '').slice(start, start + marks.length)];
  });
}

describe.each(recognizers.map((recognizer) => ({ recognizer })))(
  '$recognizer.name',
  ({ recognizer }) => {
    test.each(recognizer.examples)('finds what its example says ($language)', (example) => {
      const language = configLanguages.find(({ name }) => name === example.language);
      const document = language?.parse(example.text);
      if (!document) throw new Error(`no such language: ${example.language}`);
      expect(document.problems).toEqual([]);
      const terms = discoverTerms(document, [recognizer]);
      expect(terms.map(({ name, weight }) => ({ name, weight }))).toEqual(example.finds);
      const texts = terms.map((term) => term.text);
      for (const marked of markedTexts(example.text)) expect(texts).toContain(marked);
      for (const term of terms) {
        expect(term.recognizer).toBe(recognizer.name);
        expect(example.text.slice(term.valueRange.start, term.valueRange.end)).toBe(term.text);
      }
    });

    test('shows at least one term and at least one key that is none', () => {
      const found = recognizer.examples.flatMap(({ finds }) => finds).length;
      const keys = recognizer.examples.flatMap(
        ({ text }) => text.match(/[\w"]+(?::| =)/g) ?? [],
      ).length;
      expect(found).toBeGreaterThan(0);
      expect(keys).toBeGreaterThan(found);
    });
  },
);
