import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { clearml } from '../../../server/src/readers/formats/clearml.ts';
import { fairseq } from '../../../server/src/readers/formats/fairseq.ts';
import { jsonl } from '../../../server/src/readers/formats/jsonl.ts';
import { swanlab } from '../../../server/src/readers/formats/swanlab.ts';
import type { LogFormat } from '../../../server/src/readers/logFormat.ts';
import { readGrowing } from '../../support/recordingSink.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the numbers of a line are by JSON.parse alone: name and value, at any depth. */
function leaves(value: unknown, name: string): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[name, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    return leaves(inner, name === '' ? key : `${name}.${key}`);
  });
}

function sorted(entries: Iterable<readonly [string, number]>): readonly unknown[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Keys that mean nothing to any family of logs. */
const name = fc.oneof(
  fc.stringMatching(/^[xyz]\/[a-z é"\\]{0,8}$/),
  fc.constantFrom('x', 'y', 'z'),
);
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((word) => !/^-?(NaN|Inf)/.test(word));
const plain = fc.oneof(number, text, fc.boolean(), fc.constant(null), fc.array(number));
const object = fc.dictionary(name, fc.oneof(plain, fc.dictionary(name, number, { maxKeys: 3 })), {
  maxKeys: 6,
});

describe('JSON lines from bytes', () => {
  test('are what JSON.parse says, line after line', () => {
    const indents = fc.constantFrom(undefined, 1);
    fc.assert(
      fc.property(fc.array(object, { maxLength: 5 }), indents, (objects, indent) => {
        const lines = objects.map((value) => {
          return JSON.stringify(value, undefined, indent).replaceAll('\n', ' ');
        });
        const { points, skipped } = readGrowing(jsonl.createReader(), encode(lines.join('\n')));
        const found = lines.flatMap((_, index) => {
          const start = encode(
            lines
              .slice(0, index)
              .map((line) => `${line}\n`)
              .join(''),
          ).length;
          const ofLine = points.filter(({ unit }) => unit[0] === start);
          return [sorted(ofLine.map((point) => [point.name, point.value] as const))];
        });
        const wanted = lines.map((line) => sorted(new Map(leaves(JSON.parse(line), ''))));
        expect(skipped).toEqual([]);
        expect(found).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['{"a":1,"a":2}', [['a', 2]]],
    ['{"a":1,"a":"x"}', []],
    ['{"a":"x","a":1}', [['a', 1]]],
    ['{"a" : 1 , "b" :\t[1, 2.5e3] , "c":true}', [['a', 1]]],
    ['{"a":[],"b":-0.0}', [['b', -0]]],
    ['{"a\\u0062":1}', [['ab', 1]]],
    ['{}', []],
    [
      '{"a":{"b":1,"c":{"d":2}},"e":{"b":3}}',
      [
        ['a.b', 1],
        ['a.c.d', 2],
        ['e.b', 3],
      ],
    ],
    ['{ "a" : { "b" : 1 } , "c" : { "d" : null } }', [['a.b', 1]]],
    ['{"a":{},"b":{"c":1}}', [['b.c', 1]]],
    ['{"a":{"b":1},"a":{"c":2}}', [['a.c', 2]]],
    ['{"a":1,"a":{"b":2}}', [['a.b', 2]]],
    ['{"a":{"b":2},"a":1}', [['a', 1]]],
    ['{"a.b":1,"a":{"b":2}}', [['a.b', 2]]],
    ['{"a":{"width":3,"_type":"image-file"},"b":1}', [['b', 1]]],
    [
      '{"a":{"b":"NaN","c":[1,2],"d":"x"},"e":-Infinity}',
      [
        ['a.b', Number.NaN],
        ['e', Number.NEGATIVE_INFINITY],
      ],
    ],
  ])('%s holds %j', (line, wanted) => {
    const { points, skipped } = readGrowing(jsonl.createReader(), encode(`${line}\n`));
    expect(points.map((point) => [point.name, point.value])).toEqual(wanted);
    expect(skipped).toEqual([]);
  });

  test.each([
    '{"a":1,}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{"a":nul}',
    '{"a":NaNs}',
    '{"a":[1,,2]}',
    '{"a":[1}',
    '{"a" 1}',
    '{,"a":1}',
    '{"a":1 "b":2}',
    '{"a":1}}',
    '{"a":1',
    '{"a":"\t"}',
    '{"a":1e}',
    '{"a":{"b":1}',
    '{"a":{"b":1}}}',
    '{"a":{"b":1]}',
    '{"a":{"b":1}"c":2}',
    '{"a":{"b":1,}}',
    '{"a":{,"b":1}}',
  ])('%s is damage', (line) => {
    const { points, skipped } = readGrowing(jsonl.createReader(), encode(`${line}\n`));
    expect(points).toEqual([]);
    expect(skipped).toHaveLength(1);
  });

  // Each line follows what the one before it taught, and differs from it somewhere.
  test('hold what they say where lines differ from the ones before', () => {
    const lines = [
      '{"a":{"n":1,"m":2},"b":{"n":3},"step":1}',
      '{"a":{"n":1,"m":2},"b":{"n":3},"step":2}',
      '{"a":{"n":1},"b":{"n":3},"step":3}',
      '{"b":{"n":3},"a":{"n":1,"m":2},"step":4}',
      '{"a":{"n":1,"m":2},"b":{"n":3},"a":{"n":4},"step":5}',
      '{"a":{"n":1,"m":{"n":2}},"b":3,"step":6}',
      '{"a":{"n":"x","m":2},"b":{"n":[3]},"step":7}',
      '{"a":{"n":1,"m":2},"b":{"n":3}},"step":8}',
      '{"a":{"n":1,"m":2},"b":{"n":3},"step":9',
      '{"a":{"n":1,"m":2},"b":{"n":3},"step":10}',
    ];
    const { points, skipped } = readGrowing(jsonl.createReader(), encode(`${lines.join('\n')}\n`));
    const found = Map.groupBy(points, ({ step }) => step);
    const wanted = [1, 2, 3, 4, 5, 6, 7, 10].map((step) => {
      const { step: _, ...rest } = JSON.parse(lines[step - 1] ?? '');
      return [step, sorted(leaves(rest, ''))];
    });
    const read = [...found].map(([step, ofLine]) => {
      return [step, sorted(ofLine.map(({ name: key, value }) => [key, value] as const))];
    });
    expect(read).toEqual(wanted);
    expect(skipped).toHaveLength(2);
  });

  test('forget keys that never come back', () => {
    const lines = Array.from({ length: 70_000 }, (_, at) => `{"step":${at},"x${at}":1,"loss":2}\n`);
    const { points, skipped } = readGrowing(jsonl.createReader(), encode(lines.join('')));
    expect(skipped).toEqual([]);
    expect(points).toHaveLength(140_000);
    expect(points.at(-2)).toMatchObject({ name: 'x69999', step: 69_999, value: 1 });
    expect(points.at(-1)).toMatchObject({ name: 'loss', step: 69_999, value: 2 });
  });

  const formats: readonly LogFormat[] = [clearml, fairseq, jsonl, swanlab];

  test.each(formats)('$name survives any change of its examples, in any pieces', (format) => {
    const examples = format.examples.map(({ bytes }) => bytes());
    const change = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:.-e0N\\\n\r\u0000\u00ff'));
    fc.assert(
      fc.property(
        fc.constantFrom(...examples),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(2000), { maxLength: 6 }),
        (example, changes, cuts) => {
          const bytes = Uint8Array.from(example);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte.charCodeAt(0);
          const sizes = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
          const whole = readGrowing(format.createReader(), bytes);
          expect(readGrowing(format.createReader(), bytes, sizes)).toEqual(whole);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('of ClearML and SwanLab tell when a point was made, and SwanLab its name by the folder', () => {
    const event = '[{"metric":"a","variant":"b","timestamp":1500,"iter":3,"value":2}]\n';
    expect(readGrowing(clearml.createReader(), encode(event)).points).toMatchObject([
      { name: 'a/b', step: 3, wallTime: 1.5, value: 2 },
    ]);
    const value = '{"index":3,"data":2,"create_time":"1970-01-01T00:00:01.5+00:00"}\n';
    const reader = swanlab.createReader('swanlog/run-1/logs/train%2Floss/1000.log');
    expect(readGrowing(reader, encode(value)).points).toMatchObject([
      { name: 'train/loss', step: 3, wallTime: 1.5, value: 2 },
    ]);
  });
});
