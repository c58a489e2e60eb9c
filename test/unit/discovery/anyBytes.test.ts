import fc from 'fast-check';
import { expect, test } from 'vitest';

import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { configLanguages } from '../../../server/src/syntax/registry.ts';

const pieces = fc.constantFrom(
  ...['a', 'kl_weight', 'loss', ': ', ' = ', '\n', '\r', '  ', '- ', '[', ']', '{', '}', ',', '.'],
  ...['"', "'", '"""', '[[', ']]', '&x ', '*x', '<<', '|', '#', '//', '!!float ', '---\n', '0.5'],
  ...['1e-2', '[0, 1]', '$', '{', '\0', '\uFEFF'],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => new TextDecoder().decode(bytes)),
);

/** Programs have a share of their own. */
const dataLanguages = configLanguages.filter(({ name }) => name !== 'python');

test.each(dataLanguages)(
  'any bytes as a config in $name give terms that stand in it',
  (language) => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const term of discoverTerms(language.parse(text))) {
          const { start, end } = term.valueRange;
          expect(text.slice(start, end).trimEnd()).toBe(term.text.trimEnd());
        }
        expect(() => language.locate(text, text.length >> 1)).not.toThrow();
      }),
      { numRuns: 12_000 },
    );
  },
);
