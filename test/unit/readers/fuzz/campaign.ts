import fc from 'fast-check';

import { createRandom, type Random } from '../../../../server/src/base/random.ts';
import { DecimalScanner } from '../../../../server/src/readers/decimal.ts';
import { ProtoWalker } from '../../../../server/src/readers/protoWire.ts';
import { logFormats } from '../../../../server/src/readers/registry.ts';
import { framings } from './framing.ts';
import { logText, message, numberLike } from './grammar.ts';
import { below, excerpt, mutate } from './mutation.ts';
import { checkReading, checkSnapshot } from './readerPromises.ts';
import { collectSeeds, collectSnapshotSeeds, type Seed, type SnapshotSeed } from './seeds.ts';
import { BrokenPromise } from './watchingSink.ts';

/** How many inputs of each kind a campaign tried. */
export interface CampaignResult {
  readonly inputs: number;
  readonly byKind: ReadonlyMap<string, number>;
  readonly seeds: number;
  readonly seconds: number;
}

/** What each kind of input takes of a campaign. */
const shares = {
  mutated: 0.58,
  reframed: 0.16,
  snapshot: 0.05,
  grammar: 0.1,
  message: 0.04,
  number: 0.07,
} as const;

/**
 * Tries `inputs` inputs or a few more on the readers and throws at the first that breaks a promise,
 * with what repeats it. The same seed gives the same inputs where the same corpus is present.
 */
export function runCampaign(inputs: number, seed: number): CampaignResult {
  const started = performance.now();
  const seeds = collectSeeds();
  const whole = collectSnapshotSeeds();
  const framed = seeds.filter(({ format }) => framings.has(format.name));
  const kinds: readonly [keyof typeof shares, (count: number) => void][] = [
    ['mutated', (count) => repeat(count, seed, 'mutated', (random) => tryMutation(seeds, random))],
    [
      'reframed',
      (count) => repeat(count, seed, 'reframed', (random) => tryRecords(framed, random)),
    ],
    [
      'snapshot',
      (count) => repeat(count, seed, 'snapshot', (random) => trySnapshot(whole, random)),
    ],
    ['grammar', (count) => tryTexts(count, seed)],
    ['message', (count) => tryMessages(count, seed)],
    ['number', (count) => tryNumbers(count, seed)],
  ];
  const byKind = new Map<string, number>();
  for (const [kind, run] of kinds) {
    const count = Math.ceil(inputs * shares[kind]);
    run(count);
    byKind.set(kind, count);
  }
  return {
    inputs: [...byKind.values()].reduce((sum, count) => sum + count, 0),
    byKind,
    seeds: seeds.length + whole.length,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Each input has a generator of its own, so that one can be repeated without those before it. */
function repeat(
  count: number,
  seed: number,
  label: string,
  tryOne: (random: Random) => void,
): void {
  for (let index = 0; index < count; index += 1) {
    try {
      tryOne(createRandom(seed, `${label} ${index}`));
    } catch (error) {
      throw new Error(`seed ${seed}, ${label} input ${index}: ${describe(error)}`, {
        cause: error,
      });
    }
  }
}

function tryMutation(seeds: readonly Seed[], random: Random): void {
  const { format, path, bytes } = choose(seeds, random);
  const other = (): Uint8Array => excerpt(choose(seeds, random).bytes, random);
  const input = mutate(excerpt(bytes, random), random, other);
  // Now and then a reader gets what is another's: detection goes by the beginning alone.
  const reader = random.uniform() < 0.9 ? format : choose(logFormats, random);
  check(input, () => checkReading(reader, path, input, random), `${reader.name} ${path}`);
}

function trySnapshot(seeds: readonly SnapshotSeed[], random: Random): void {
  const { format, path, bytes } = choose(seeds, random);
  const other = (): Uint8Array => excerpt(choose(seeds, random).bytes, random);
  const input = mutate(excerpt(bytes, random), random, other);
  check(input, () => checkSnapshot(format, path, input), `${format.name} ${path}`);
}

/** Damages the records within their framing, whose checksums are made to match again. */
function tryRecords(seeds: readonly Seed[], random: Random): void {
  const { format, path, bytes } = choose(seeds, random);
  const framing = framings.get(format.name);
  const records = [...(framing?.split(bytes.subarray(0, 4096)) ?? [])];
  const other = (): Uint8Array => choose(records, random);
  for (let count = 1 + below(random, 3); count > 0 && records.length > 0; count -= 1) {
    const at = below(random, records.length);
    records[at] = mutate(records[at] ?? bytes, random, other);
  }
  const input = framing?.join(records) ?? bytes;
  check(input, () => checkReading(format, path, input, random), `${format.name} ${path}`);
}

function tryTexts(count: number, seed: number): void {
  const readers = logFormats.filter(({ name }) => !framings.has(name));
  const inputs = fc.tuple(logText, fc.constantFrom(...readers), fc.integer());
  fc.assert(
    fc.property(inputs, ([bytes, format, pieces]) => {
      checkReading(format, 'logs/train/loss/1.log', bytes, createRandom(pieces));
    }),
    { numRuns: count, seed },
  );
}

/** Messages of any shape under the right checksums, and alone. */
function tryMessages(count: number, seed: number): void {
  const readers = logFormats.filter(({ name }) => framings.has(name));
  const records = fc.array(message, { minLength: 1, maxLength: 3 });
  const inputs = fc.tuple(records, fc.constantFrom(...readers), fc.integer());
  fc.assert(
    fc.property(inputs, ([list, format, pieces]) => {
      const bytes = framings.get(format.name)?.join(list) ?? new Uint8Array();
      checkReading(format, 'run-1.wandb', bytes, createRandom(pieces));
      for (const each of list) walk(each, 0);
    }),
    { numRuns: count, seed },
  );
}

function walk(bytes: Uint8Array, depth: number): void {
  const walker = new ProtoWalker(bytes);
  let fields = 0;
  while (walker.next()) {
    fields += 1;
    const { contents } = walker;
    const isInside = walker.start >= 0 && walker.end <= bytes.length;
    if (!isInside || fields > bytes.length) throw new BrokenPromise('a walk out of the message');
    if (walker.integers().length > bytes.length) throw new BrokenPromise('more numbers than bytes');
    if (depth < 8 && walker.wire === 2) walk(contents, depth + 1);
  }
}

function tryNumbers(count: number, seed: number): void {
  const scanner = new DecimalScanner();
  fc.assert(
    fc.property(numberLike, fc.nat(4), fc.nat(4), (text, before, behind) => {
      const bytes = new TextEncoder().encode('1'.repeat(before) + text + '9'.repeat(behind));
      const to = before + text.length;
      const value = scanner.scan(bytes, before, to);
      if (value === undefined) return;
      const { end } = scanner;
      if (end <= before || end > to) throw new BrokenPromise(`a number up to ${end} of ${to}`);
      const expected = Number(text.slice(0, end - before));
      if (!Object.is(value, expected)) throw new BrokenPromise(`${value}, not ${expected}`);
    }),
    { numRuns: count, seed },
  );
}

function check(input: Uint8Array, run: () => void, what: string): void {
  try {
    run();
  } catch (error) {
    const shown = Buffer.from(input).toString('base64');
    throw new Error(`${what}: ${describe(error)}\n${shown}`, { cause: error });
  }
}

function describe(error: unknown): string {
  if (error instanceof BrokenPromise) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function choose<Value>(values: readonly Value[], random: Random): Value {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new RangeError('nothing to choose from');
  return value;
}
