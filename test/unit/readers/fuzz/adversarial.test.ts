import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import type { LogFormat, PointSink } from '../../../../server/src/readers/logFormat.ts';
import { logFormats } from '../../../../server/src/readers/registry.ts';
import { bytesField, concatenate, varintField } from '../../../support/writeEvents.ts';
import { historyRecord } from '../../../support/writeWandb.ts';
import { framings } from './framing.ts';
import { mutate } from './mutation.ts';
import { WatchingSink } from './watchingSink.ts';

const mebibyte = 2 ** 20;
/** A run that a reader goes over once takes a millisecond; where each byte costs a run, minutes. */
const runBytes = 2 ** 16;
/** Even on the busiest machine. */
const longestSeconds = 4;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads a file at once; returns the seconds. */
function secondsOf(format: LogFormat, path: string, bytes: Uint8Array, sink: PointSink): number {
  const started = performance.now();
  const reader = format.createReader(path);
  const consumed = reader.read(bytes, 0, sink);
  reader.readIdleTail(bytes.subarray(consumed), consumed, sink, 'ended');
  return (performance.now() - started) / 1000;
}

/** Text that sends a parser back and forth, or down. */
const repeated: readonly string[] = [
  '1',
  ' ',
  '\t',
  '-',
  '.',
  ':',
  '=',
  '"',
  '""',
  '\\',
  '{',
  '[',
  '{"a":',
  '[[1],',
  '"a":1,',
  '1,',
  'a ',
  'a=1 ',
  'a: 1, ',
  '| ',
  '|1',
  '1:',
  '1/1 ',
  '[1/1]',
  '0%|',
  'loss ',
  'loss: 1 ',
  'step 1 loss 1 ',
  'epoch 1 ',
  '\r',
  '\u001b[0m',
  'NaN',
  '\u0000',
  'é',
];
const prefixes = ['', '{"step":1,"loss":', 'step,loss\n1,', 'step 1: train loss ', '[2026-01-01 '];

describe('a reader meets text made to hold it up', () => {
  test.each(logFormats)(
    '$name passes over long runs of everything',
    (format) => {
      for (const unit of repeated) {
        for (const prefix of prefixes) {
          const line = encode(prefix + unit.repeat(Math.ceil(runBytes / unit.length)));
          const bytes = concatenate([line, encode('\n'), line]);
          const seconds = secondsOf(format, 'a/1.log', bytes, new WatchingSink(bytes.length));
          expect(seconds, JSON.stringify(prefix + unit)).toBeLessThan(longestSeconds);
        }
      }
    },
    120_000,
  );

  test.each(logFormats)('$name gives no names longer than the file accounts for', (format) => {
    const long = 'n'.repeat(mebibyte / 4);
    const leaves = Array.from({ length: 20_000 }, (_, index) => `"${index}":1`).join(',');
    const nested = `{"step":1,"${long}":{${leaves}}}`;
    const bytes = encode(`${nested}\n`);
    expect(secondsOf(format, 'a', bytes, new WatchingSink(bytes.length))).toBeLessThan(
      longestSeconds,
    );
    const framing = framings.get(format.name);
    if (!framing) return;
    const item: readonly [string, string] = [long, `{${leaves}}`];
    const framed = framing.join([historyRecord([['_step', '1'], item])]);
    expect(secondsOf(format, 'a', framed, new WatchingSink(framed.length))).toBeLessThan(
      longestSeconds,
    );
  });

  test.each(logFormats.filter(({ name }) => framings.has(name)))(
    '$name passes over records of very many small fields',
    (format) => {
      const many = (part: (index: number) => Uint8Array): Uint8Array =>
        concatenate(Array.from({ length: 40_000 }, (_, index) => part(index)));
      const media = (index: number): Uint8Array => {
        const key = concatenate([
          bytesField(2, encode(`m${index}`)),
          bytesField(2, encode('_type')),
        ]);
        const type = bytesField(1, concatenate([key, bytesField(16, encode('"image"'))]));
        const plain = bytesField(1, encode(`k${index}`));
        return concatenate([
          type,
          bytesField(1, concatenate([plain, bytesField(16, encode('1'))])),
        ]);
      };
      const records = [
        bytesField(2, many(media)),
        bytesField(
          7,
          many((index) => bytesField(3, bytesField(1, encode(`k${index}`)))),
        ),
        bytesField(
          5,
          many(() => bytesField(1, bytesField(8, new Uint8Array()))),
        ),
        bytesField(
          1,
          many((index) => varintField(1, index)),
        ),
        many((index) => varintField(2, index)),
      ];
      for (const record of records) {
        const bytes = framings.get(format.name)?.join([record]) ?? record;
        const seconds = secondsOf(format, 'a', bytes, new WatchingSink(bytes.length));
        expect(seconds).toBeLessThan(longestSeconds);
      }
    },
    60_000,
  );
});

/** Takes everything and keeps nothing. */
const careless: PointSink = {
  unit: () => undefined,
  inRound: () => undefined,
  point: () => undefined,
  skipped: () => undefined,
  sessionStart: () => undefined,
};

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

describe('a reader keeps', () => {
  test.each(logFormats)('of $name no more than a constant times its input', (format) => {
    const random = createRandom(8, format.name);
    const sources = format.examples.map(({ bytes }) => bytes());
    const other = (): Uint8Array => sources[Math.floor(random.uniform() * sources.length)] ?? none;
    const parts: Uint8Array[] = [];
    for (let size = 0; size < mebibyte; size += parts.at(-1)?.length ?? 0) {
      parts.push(concatenate([mutate(other(), random, other), encode('\n')]));
    }
    const bytes = concatenate(parts);
    const before = usedBytes();
    const reader = format.createReader('a/1.log');
    let consumed = 0;
    for (let size = 4096; size < bytes.length; size += 4096) {
      consumed += reader.read(bytes.subarray(consumed, size), consumed, careless);
    }
    const kept = usedBytes() - before;
    expect(kept).toBeLessThan(16 * bytes.length);
    expect(reader.readIdleTail(none, consumed, careless, 'paused')).toBe(0);
  });
});

const none = new Uint8Array();
