import type { Random } from '../../../../server/src/base/random.ts';
import { concatenate } from '../../../support/writeEvents.ts';

/** Inputs grow no larger than this, so that many of them can be tried. */
const maximumBytes = 4096;

/** Numbers that parsers trip over: lengths of fields, limits of integer types. */
const trickyBytes: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0xff, 0xff],
  [0xff, 0x7f],
  [0x80, 0x80, 0x01],
  [0xef, 0xbb, 0xbf],
  [0xed, 0xa0, 0x80],
  [0x0d, 0x0a],
  [0x0a],
  [0x0d],
  [0x1b, 0x5b],
];
const trickyTexts: readonly string[] = [
  'NaN',
  '-Infinity',
  'Infinity',
  '"NaN"',
  'null',
  '1e999',
  '-0',
  '1e-400',
  '123456789012345678901234567890',
  '0.1000000000000000055511151231257827',
  '99999999999999999999999999999999999999e-99',
  '"',
  '\\"',
  '\\u0000',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ';',
  '\t',
  '|',
  '"__proto__":1,',
  '"constructor":{"prototype":1},',
  '"_type":"histogram",',
  '"step":-1,',
  'step',
  'epoch',
];

type Mutation = (bytes: Uint8Array, random: Random, other: () => Uint8Array) => Uint8Array;

/** Changes bytes in one to four random ways; `other` gives another file to take parts from. */
export function mutate(bytes: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  let result = bytes;
  const count = 1 + below(random, 4);
  for (let round = 0; round < count; round += 1) {
    const change = mutations[below(random, mutations.length)];
    if (change) result = change(result, random, other).subarray(0, maximumBytes);
  }
  return result;
}

/** A part of a file that is small enough, from its beginning or from anywhere. */
export function excerpt(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length <= maximumBytes && random.uniform() < 0.7) return bytes;
  const size = 1 + below(random, Math.min(bytes.length, maximumBytes));
  const start = random.uniform() < 0.7 ? 0 : below(random, bytes.length - size + 1);
  return bytes.subarray(start, start + size);
}

export function below(random: Random, limit: number): number {
  return Math.floor(random.uniform() * limit);
}

const mutations: readonly Mutation[] = [
  flipBits,
  setBytes,
  deleteRange,
  duplicateRange,
  spliceOther,
  cutEnd,
  insertTrickyBytes,
  insertTrickyText,
  insertZeros,
  overwriteZeros,
  repeatByte,
  swapRanges,
];

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let count = 1 + below(random, 4); count > 0 && bytes.length > 0; count -= 1) {
    const at = below(random, bytes.length);
    result[at] = (result[at] ?? 0) ^ (1 << below(random, 8));
  }
  return result;
}

function setBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const result = Uint8Array.from(bytes);
  const start = below(random, bytes.length + 1);
  const end = Math.min(bytes.length, start + 1 + below(random, 8));
  for (let at = start; at < end; at += 1) result[at] = below(random, 256);
  return result;
}

function deleteRange(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = rangeOf(bytes, random);
  return concatenate([bytes.subarray(0, start), bytes.subarray(end)]);
}

function duplicateRange(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = rangeOf(bytes, random);
  const times = 1 + below(random, 4);
  const copies = Array.from({ length: times }, () => bytes.subarray(start, end));
  return insert(bytes, below(random, bytes.length + 1), concatenate(copies));
}

function spliceOther(bytes: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  const source = other();
  const [start, end] = rangeOf(source, random);
  return insert(bytes, below(random, bytes.length + 1), source.subarray(start, end));
}

function cutEnd(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(0, below(random, bytes.length + 1));
}

function insertTrickyBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const tricky = Uint8Array.from(trickyBytes[below(random, trickyBytes.length)] ?? []);
  const at = below(random, bytes.length + 1);
  if (random.uniform() < 0.5) return insert(bytes, at, tricky);
  const result = Uint8Array.from(bytes);
  result.set(tricky.subarray(0, bytes.length - at), at);
  return result;
}

function insertTrickyText(bytes: Uint8Array, random: Random): Uint8Array {
  const text = trickyTexts[below(random, trickyTexts.length)] ?? '';
  return insert(bytes, below(random, bytes.length + 1), new TextEncoder().encode(text));
}

function insertZeros(bytes: Uint8Array, random: Random): Uint8Array {
  return insert(bytes, below(random, bytes.length + 1), new Uint8Array(1 + below(random, 64)));
}

function overwriteZeros(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = rangeOf(bytes, random);
  return Uint8Array.from(bytes).fill(0, start, random.uniform() < 0.3 ? undefined : end);
}

function repeatByte(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(random, bytes.length + 1);
  const run = new Uint8Array(1 + below(random, 300)).fill(bytes[at] ?? below(random, 256));
  return insert(bytes, at, run);
}

function swapRanges(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = rangeOf(bytes, random);
  const [, later] = rangeOf(bytes.subarray(end), random);
  return concatenate([
    bytes.subarray(0, start),
    bytes.subarray(end, end + later),
    bytes.subarray(start, end),
    bytes.subarray(end + later),
  ]);
}

function rangeOf(bytes: Uint8Array, random: Random): readonly [start: number, end: number] {
  const start = below(random, bytes.length + 1);
  const longest = random.uniform() < 0.5 ? 16 : 512;
  return [start, Math.min(bytes.length, start + below(random, longest + 1))];
}

function insert(bytes: Uint8Array, at: number, added: Uint8Array): Uint8Array {
  return concatenate([bytes.subarray(0, at), added, bytes.subarray(at)]);
}
