import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { fail, type Result, succeed } from '../base/result.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import { type CheckpointSection, packSections, unpackSection } from './checkpointSections.ts';

/** A checkpoint with what its numbers depend on besides. */
export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly backend: string;
  /** A probe changes a step by rounding, so the run that goes on must probe at the same steps. */
  readonly probeEvery: number;
}

export const checkpointFileName = 'checkpoint.json';
const dataName = /^checkpoint-\d+-[0-9a-f]{8}\.bin(\.tmp)?$/;

const fileSchema = z.object({
  schema: z.literal(1),
  step: z.number().int().positive(),
  identity: z.string(),
  backend: z.string(),
  probeEvery: z.number().int().positive(),
  /** The file that holds the numbers, beside this one. */
  data: z.string().regex(dataName),
  sections: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['float32', 'float64']),
      /** In bytes. */
      start: z.number().int().nonnegative(),
      size: z.number().int().nonnegative(),
      crc32: z.number().int().nonnegative(),
    }),
  ),
});

const vectorPrefix = 'vector/';

/**
 * Writes the checkpoint of a run, in place of its last one. The numbers go to a file that is named
 * for them, and `checkpoint.json` names that file: whenever the process is killed, the one and the
 * other belong together.
 */
export function writeCheckpoint(runFolder: string, stored: StoredCheckpoint): void {
  const { step, identity, vectors, strategy, random } = stored.checkpoint;
  const { chunks, checksum, sections } = packSections([
    ...Object.entries(vectors).map(([name, values]) => ({ name: vectorPrefix + name, values })),
    { name: 'strategy', values: Float64Array.from(strategy) },
    { name: 'random', values: Float64Array.from(random) },
  ]);
  const data = `checkpoint-${step}-${checksum.toString(16).padStart(8, '0')}.bin`;
  const { backend, probeEvery } = stored;
  const file = { schema: 1, step, identity, backend, probeEvery, data, sections } as const;
  const dataPath = join(runFolder, data);
  const isNew = !existsSync(dataPath);
  replaceFile(dataPath, chunks);
  try {
    replaceFile(join(runFolder, checkpointFileName), [Buffer.from(`${JSON.stringify(file)}\n`)]);
  } catch (error) {
    if (isNew) rmSync(dataPath, { force: true });
    throw error;
  }
  for (const name of readdirSync(runFolder)) {
    if (dataName.test(name) && name !== data) rmSync(join(runFolder, name), { force: true });
  }
}

/** Reads the checkpoint of a run; the error names the file and the byte where it is damaged. */
export function readCheckpoint(runFolder: string): Result<StoredCheckpoint> {
  const text = readBytes(join(runFolder, checkpointFileName));
  if (text === undefined) {
    return fail(`There is no ${checkpointFileName} in ${runFolder}: nothing to go on from.`);
  }
  const parsed = parseFile(text.toString('utf8'));
  if (!parsed.ok) return parsed;
  const { step, identity, backend, probeEvery, data, sections } = parsed.value;
  const bytes = readBytes(join(runFolder, data));
  if (bytes === undefined) {
    return fail(`${data}, which ${checkpointFileName} names, is not there or cannot be read.`);
  }
  const read = readSections(data, bytes, sections);
  if (!read.ok) return read;
  const strategy = read.value.get('strategy');
  const random = read.value.get('random');
  if (!strategy || !random) {
    return fail(
      `${checkpointFileName}: the section ${strategy ? 'random' : 'strategy'} is missing.`,
    );
  }
  const checkpoint: Checkpoint = {
    ...{ step, identity, vectors: vectorsOf(read.value) },
    strategy: [...strategy],
    random: [...random],
  };
  return succeed({ checkpoint, backend, probeEvery });
}

function parseFile(text: string): Result<z.infer<typeof fileSchema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(said)?.[1];
    const byte = at === undefined ? Buffer.byteLength(text) : bytesBefore(text, Number(at));
    return fail(`${checkpointFileName}, byte ${byte}: it is damaged (${said}).`);
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  return fail(`${checkpointFileName} is damaged: ${z.prettifyError(parsed.error)}`);
}

function bytesBefore(text: string, characters: number): number {
  return Buffer.byteLength(text.slice(0, characters));
}

function readSections(
  file: string,
  bytes: Buffer,
  sections: readonly CheckpointSection[],
): Result<ReadonlyMap<string, Float32Array | Float64Array>> {
  const expected = sections.reduce(
    (size, section) => Math.max(size, section.start + section.size),
    0,
  );
  if (bytes.length !== expected) {
    return fail(
      `${file}, byte ${Math.min(bytes.length, expected)}: it has ${bytes.length} bytes, not ${expected}.`,
    );
  }
  const values = new Map<string, Float32Array | Float64Array>();
  for (const section of sections) {
    const unpacked = unpackSection(bytes, section);
    if (!unpacked.ok) return fail(`${file}, ${unpacked.error}`);
    values.set(section.name, unpacked.value);
  }
  return succeed(values);
}

function vectorsOf(
  sections: ReadonlyMap<string, Float32Array | Float64Array>,
): Readonly<Record<string, Float32Array>> {
  const vectors: Record<string, Float32Array> = {};
  for (const [name, values] of sections) {
    if (values instanceof Float32Array && name.startsWith(vectorPrefix)) {
      vectors[name.slice(vectorPrefix.length)] = values;
    }
  }
  return vectors;
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Writes beside the file, down to the disk, and renames. What cannot be written whole leaves nothing. */
function replaceFile(path: string, chunks: readonly Uint8Array[]): void {
  const temporary = `${path}.tmp`;
  const descriptor = openSync(temporary, 'w');
  try {
    try {
      for (const chunk of chunks) writeFileSync(descriptor, chunk);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    // On a disk that is full, half a checkpoint would keep it full.
    rmSync(temporary, { force: true });
    throw error;
  }
}
