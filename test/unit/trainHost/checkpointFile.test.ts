import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  readCheckpoint,
  type StoredCheckpoint,
  writeCheckpoint,
} from '../../../server/src/trainHost/checkpointFile.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => folder[Symbol.dispose]());

function checkpointOf(step: number, parameters = Float32Array.of(1, 2, 3)): StoredCheckpoint {
  return {
    checkpoint: {
      step,
      identity: 'flow-edit, small',
      vectors: { parameters, 'adam/first': Float32Array.of(0.1, -0) },
      strategy: [Number.NaN, -0, Number.POSITIVE_INFINITY],
      random: [1, -2, 3, 4, 0.1],
    },
    backend: 'wasm',
    probeEvery: 7,
  };
}

const filesIn = () => readdirSync(folder.root).sort();

function dataFile(): string {
  const name = filesIn().find((file) => file.endsWith('.bin'));
  if (name === undefined) throw new Error('there is no data file');
  return name;
}

function errorOf(): string {
  const read = readCheckpoint(folder.root);
  return read.ok ? 'it was read' : read.error;
}

describe('the file of a checkpoint', () => {
  it('gives back what was written, bit by bit', () => {
    const bits = Uint32Array.of(0x7fc0_0001, 0xff80_0000, 0x8000_0000, 0x0000_0001, 0x3f80_0000);
    const stored = checkpointOf(30, new Float32Array(bits.buffer));
    writeCheckpoint(folder.root, stored);
    const read = readCheckpoint(folder.root);
    if (!read.ok) throw new Error(read.error);
    expect(read.value).toEqual(stored);
    const { parameters } = read.value.checkpoint.vectors;
    expect(new Uint32Array(parameters?.buffer ?? new ArrayBuffer(0))).toEqual(bits);
  });

  it('takes the place of the last one', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    writeCheckpoint(folder.root, checkpointOf(1000, Float32Array.of(4)));
    expect(filesIn()).toEqual([
      expect.stringMatching(/^checkpoint-1000-[0-9a-f]{8}\.bin$/),
      'checkpoint.json',
    ]);
    const read = readCheckpoint(folder.root);
    expect(read.ok && read.value.checkpoint.step).toBe(1000);
  });

  it('is the last one where writing the next was broken off', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    folder.write('checkpoint-1000-00000000.bin.tmp', 'half');
    folder.write('checkpoint-1000-00000001.bin', 'whole, but nobody names it');
    folder.write('checkpoint.json.tmp', '{"sch');
    const read = readCheckpoint(folder.root);
    expect(read.ok && read.value.checkpoint.step).toBe(500);
    writeCheckpoint(folder.root, checkpointOf(1000));
    expect(filesIn()).toHaveLength(2);
  });

  it('leaves nothing behind of one that cannot be written, and keeps the last one', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    const before = filesIn();
    mkdirSync(folder.path('checkpoint.json.tmp'));
    expect(() => writeCheckpoint(folder.root, checkpointOf(1000))).toThrow(/EISDIR/);
    expect(() => writeCheckpoint(folder.root, checkpointOf(500))).toThrow(/EISDIR/);
    rmSync(folder.path('checkpoint.json.tmp'), { recursive: true });
    expect(filesIn()).toEqual(before);
    const read = readCheckpoint(folder.root);
    expect(read.ok && read.value.checkpoint.step).toBe(500);
  });

  it('says that there is none', () => {
    expect(errorOf()).toBe(`There is no checkpoint.json in ${folder.root}: nothing to go on from.`);
  });

  it('names the bytes that are damaged', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    const bytes = readFileSync(folder.path(dataFile()));
    bytes[13] = 1 + (bytes[13] ?? 0);
    writeFileSync(folder.path(dataFile()), bytes);
    expect(errorOf()).toMatch(
      /^checkpoint-500-\w+\.bin, bytes 12–20 \(vector\/adam\/first\): damaged, the checksum is \d+ where \d+ was written\.$/,
    );
  });

  it.each([
    ['short', -1, /\.bin, byte 83: it has 83 bytes, not 84\.$/],
    ['long', 5, /\.bin, byte 84: it has 89 bytes, not 84\.$/],
  ])('says where the data is too %s', (_, more, message) => {
    writeCheckpoint(folder.root, checkpointOf(500));
    const bytes = readFileSync(folder.path(dataFile()));
    const changed = more < 0 ? bytes.subarray(0, more) : Buffer.concat([bytes, Buffer.alloc(more)]);
    writeFileSync(folder.path(dataFile()), changed);
    expect(errorOf()).toMatch(message);
  });

  it('says where the JSON is damaged', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    const text = folder.read('checkpoint.json');
    folder.write('checkpoint.json', `${text.slice(0, 20)}#${text.slice(20)}`);
    expect(errorOf()).toMatch(/^checkpoint\.json, byte 20: it is damaged \(/);
    folder.write('checkpoint.json', text.slice(0, 40));
    expect(errorOf()).toMatch(/^checkpoint\.json, byte 40: it is damaged \(/);
    folder.write('checkpoint.json', text.replace('"schema":1', '"schema":2'));
    expect(errorOf()).toMatch(/^checkpoint\.json is damaged: .*expected 1[\s\S]*schema/);
  });

  it('does not leave its folder by a name', () => {
    writeCheckpoint(folder.root, checkpointOf(500));
    const text = folder.read('checkpoint.json');
    folder.write('checkpoint.json', text.replace(dataFile(), '../other.bin'));
    expect(errorOf()).toMatch(/^checkpoint\.json is damaged: .*[\s\S]*data/);
  });
});
