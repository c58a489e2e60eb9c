import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ConfigDocument, ConfigNode } from '../../../server/src/syntax/configTree.ts';
import { parseAnyYaml, yaml } from '../../../server/src/syntax/languages/yaml.ts';
import { readPlainYaml } from '../../../server/src/syntax/languages/yamlReader.ts';

/** A tree without the ends of its collections, which the library puts behind blanks and comments. */
function outline(node: ConfigNode | undefined): unknown {
  if (node?.kind === 'mapping') {
    const entries = node.entries.map((entry) => ({ ...entry, value: outline(entry.value) }));
    return { start: node.range.start, entries };
  }
  return node?.kind === 'sequence'
    ? { start: node.range.start, items: node.items.map(outline) }
    : node;
}

function expectSame(text: string): void {
  const [quick, slow]: readonly ConfigDocument[] = [yaml.parse(text), parseAnyYaml(text)];
  expect(outline(quick?.root)).toEqual(outline(slow?.root));
  expect(quick?.problems).toEqual(slow?.problems);
}

const pieces = fc.constantFrom(
  ...['a', 'kl', ': ', ':', '\n', '\n  ', '\n    ', '\n- ', '\n  - ', '- ', '[', ']', '{', '}'],
  ...[', ', ',', '"', "'", '&x ', '*x', '<<: ', '#', ' # c', ' ', '!!float ', '---\n', '0.5'],
  ...['1e-2', '~', 'b: 1', '"q": ', '\r\n', '-', '?', '|', '%', "'s'", '\n\n', '\t', 'é'],
  ...['[1, 2]', '{a: 1}', '\\', 'k:\n  '],
);

describe('what is read quickly', () => {
  test('is read as the library reads it', () => {
    const texts = fc.array(pieces, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        if (readPlainYaml(text) === undefined) return;
        read += 1;
        expectSame(text);
      }),
      { numRuns: 8000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  test.each([
    'a: 1\nb:\n- x\n-  y: 2\n   z: [1, {c: d}]\n',
    '# head\n---\nloss: {kl: !!float 1e-2, rec: &r 0.5}\nother: *r # why\n',
    "base: &b\n  x: 1\nmodel:\n  <<: *b\n  list:\n    - - 1\n      - 2\n    - \"q\": 'it''s'\n",
    '\uFEFFa: [1,\n  2, # two\n  3]\r\nb: # nothing\r\nc: x y\r\n',
  ])('reads %j', (text) => {
    expect(readPlainYaml(text)).toBeDefined();
    expectSame(text);
  });

  test.each(['a: |\n  text\n', 'a: one\n  two\n', 'a: "x\n  y"\n', 'a: [1\n', '? a\n: b\n', 'a\n'])(
    'leaves %j to the library',
    (text) => {
      expect(readPlainYaml(text)).toBeUndefined();
    },
  );
});
