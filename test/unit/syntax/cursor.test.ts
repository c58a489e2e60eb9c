import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { placeAt } from '../../../server/src/syntax/configTree.ts';
import { configLanguages } from '../../../server/src/syntax/registry.ts';
import { parseMarkedText } from '../../support/markers.ts';

/** `key in a.b: word`: what is written at `$0`. */
function written(name: string, fixture: string): string {
  const { text, cursor } = parseMarkedText(fixture);
  const language = configLanguages.find((candidate) => candidate.name === name);
  const place = language?.locate(text, cursor?.offset ?? 0);
  if (!place) return 'nothing';
  const word = text.slice(place.word.start, place.word.end);
  const behind = place.hasValue ? ' with a value' : '';
  return `${place.part} in ${place.path.join('.') || 'the root'}: ${word}${behind}`;
}

describe('the place of a cursor', () => {
  it.each([
    ['strategy: $0', 'value in strategy: '],
    ['strategy: pc$0\nsteps: 3\n', 'value in strategy: pc'],
    ['strategy: gradient-in$0verse   # how\n', 'value in strategy: gradient-inverse'],
    ['strategy: "pc$0"\n', 'value in strategy: "pc"'],
    ['strategy:\n  $0', 'key in strategy: '],
    ['strategy:\n  name: cagrad\n  $0\nsteps: 3\n', 'key in strategy: '],
    ['strategy: {name: cagrad, $0}\n', 'key in strategy: '],
    ['strategy: {name: $0}\n', 'value in strategy.name: '],
    ['optimizer:\n  name: adam\n$0\nmodel:\n  a: 1\n', 'key in the root: '],
    ['optimizer:\n  na$0me: adam\n', 'key in optimizer: name with a value'],
    ['optimizer:\n  groups:\n    $0\n    renderer: {}\n', 'key in optimizer.groups: '],
    ['optimizer:\n  name: adam\n  be$0', 'key in optimizer: be'],
    ['losses:\n  - $0\n', 'key in losses.0: '],
    ['losses:\n  - name: $0\n', 'value in losses.0.name: '],
    ['# strategy: $0', 'nothing'],
    ['strategy: fixed # or $0', 'nothing'],
    ['$0', 'key in the root: '],
    ['broken: [1\nstrategy: $0\n', 'value in strategy: '],
  ])('in YAML %j', (fixture, place) => {
    expect(written('yaml', fixture)).toBe(place);
  });

  it.each([
    ['{"strategy": $0}', 'value in strategy: '],
    ['{"strategy": "pc$0"}', 'value in strategy: "pc"'],
    ['{"steps": 3, "$0"}', 'key in the root: ""'],
    ['{"optimizer": {"na$0me": "adam"}}', 'key in optimizer: "name" with a value'],
    ['{"strategy": {"name": "cagrad", $0}}', 'key in strategy: '],
  ])('in JSON %j', (fixture, place) => {
    expect(written('json', fixture)).toBe(place);
  });

  it('is looked for in any text without an exception', () => {
    const text = fc.string({ unit: fc.constantFrom(...'a:-#{}[]"\'& *\n'), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.nat(30), (sample, offset) => {
        for (const language of configLanguages) {
          const place = language.locate(sample, Math.min(offset, sample.length));
          expect(place?.word.start ?? 0).toBeLessThanOrEqual(place?.word.end ?? 0);
          placeAt(language.parse(sample).root, offset);
        }
      }),
    );
  });
});

describe('a value as text', () => {
  it.each([
    ['yaml', 'gradient-inverse', 'gradient-inverse'],
    ['yaml', 'yes', '"yes"'],
    ['yaml', null, 'null'],
    ['yaml', 1e-8, '1.0e-08'],
    ['yaml', [0.9, 0.999], '[0.9, 0.999]'],
    ['yaml', { name: 'cagrad', c: 0.5 }, '{name: cagrad, c: 0.5}'],
    ['json', { name: 'cagrad', c: 0.5 }, '{ "name": "cagrad", "c": 0.5 }'],
    ['json', [], '[]'],
    ['json', false, 'false'],
  ])('in %s: %j', (name, value, text) => {
    expect(configLanguages.find((language) => language.name === name)?.formatValue(value)).toBe(
      text,
    );
  });
});
