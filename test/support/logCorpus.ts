import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';

import { expect } from 'vitest';

import { createRandom } from '../../server/src/base/random.ts';
import { detectFormat, detectionHeadBytes } from '../../server/src/readers/detectFormat.ts';
import { type LogFormat, largeHeadBytes } from '../../server/src/readers/logFormat.ts';
import { type Recording, readGrowing } from './recordingSink.ts';

/** One line of EXPECTED.jsonl: what the truth says of one series of one file. */
interface ExpectedSeries {
  readonly path: string;
  readonly format: string;
  readonly metric: string;
  readonly stream?: string;
  readonly count: number;
  readonly first_step: number | null;
  readonly last_step: number | null;
  readonly first_value: number | string;
  readonly last_value: number | string;
  readonly sum_finite: number;
  readonly nan: number;
  readonly inf: number;
}

type DetectedFormat = ReturnType<typeof detectFormat>;

/** How a comparison differs from the plain one. */
interface Comparison {
  /** The name that our reader has for a series of the truth: its metric by default. */
  readonly nameOf?: (line: ExpectedSeries) => string;
  /** Bytes at the start that are fed one at a time. */
  readonly bytewise?: number;
}

/**
 * Real logs with their independently computed truth. They lie beside the project and are never part
 * of it: where they are absent, `isPresent` is false after a printed note, and there are no files.
 */
export class LogCorpus {
  readonly #folder: string;
  readonly isPresent: boolean;
  /** The lines of the truth for the formats asked for, in its words. */
  readonly expected: readonly ExpectedSeries[];

  constructor(formats: readonly string[] | 'all') {
    const corpus = process.env.COUNTERWEIGHT_CORPUS ?? resolve('..', 'shared', 'corpus');
    this.#folder = join(corpus, 'logs');
    const truth = join(this.#folder, 'EXPECTED.jsonl');
    this.isPresent = existsSync(truth);
    if (!this.isPresent) {
      const hint = '(COUNTERWEIGHT_CORPUS names another place)';
      process.stdout.write(`Skipped: no corpus of logs at ${this.#folder} ${hint}.\n`);
    }
    this.expected = this.isPresent
      ? readLines<ExpectedSeries>(truth).filter(({ format }) => {
          return formats === 'all' || formats.includes(format);
        })
      : [];
  }

  /** The files with series of these formats. */
  get paths(): readonly string[] {
    return [...new Set(this.expected.map(({ path }) => path))];
  }

  /** Every log, by its path in EXPECTED.jsonl, decoys included. */
  list(): readonly string[] {
    if (!this.isPresent) return [];
    return readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.includes(sep) && statSync(join(this.#folder, path)).isFile())
      .map((path) => path.split(sep).join('/'));
  }

  load(path: string): Uint8Array {
    return new Uint8Array(readFileSync(this.place(path)));
  }

  /** Where a path of the truth lies on the disk. */
  place(path: string): string {
    return join(this.#folder, path);
  }

  /** The lines of another file of the truth, EXPECTED_FILES.jsonl say. */
  truth<Line>(name: string): readonly Line[] {
    return this.isPresent ? readLines(this.place(name)) : [];
  }

  /** What the product takes a file for: by its first bytes, by more where they do not tell. */
  detect(path: string, heads = [detectionHeadBytes, largeHeadBytes]): DetectedFormat {
    const bytes = this.load(path);
    let found: DetectedFormat = 'undecided';
    for (const size of heads) {
      if (found === 'undecided') found = detectFormat(basename(path), bytes.subarray(0, size));
    }
    return found;
  }

  read(format: LogFormat, path: string, sizes: readonly number[] = []): Recording {
    return readGrowing(format.createReader(path), this.load(path), sizes);
  }

  /** Expects that the file is claimed by the format and holds the series of the truth, no others. */
  compare(format: LogFormat, path: string, { nameOf = metricOf }: Comparison = {}): void {
    expect(this.detect(path)).toBe(format);
    this.compareSeries(path, this.read(format, path).points, nameOf);
  }

  /** Expects that these points of a file are the series of the truth, and no others. */
  compareSeries(
    path: string,
    points: Recording['points'],
    nameOf: (line: ExpectedSeries) => string = plainNameOf,
  ): void {
    const lines = this.expected.filter((line) => line.path === path);
    expect(new Set(points.map(({ name }) => name))).toEqual(new Set(lines.map(nameOf)));
    for (const line of lines) {
      const series = points.filter(({ name }) => name === nameOf(line));
      expect(line).toMatchObject(summarizeSeries(series));
      const error = Math.abs(sumFinite(series) - line.sum_finite);
      expect(error).toBeLessThanOrEqual(1e-9 * Math.abs(line.sum_finite));
    }
  }

  /** Expects the same of a file that comes byte by byte at first, and then in random pieces. */
  compareInPieces(format: LogFormat, path: string, { bytewise = 20_000 }: Comparison = {}): void {
    const { length } = this.load(path);
    const random = createRandom(6, path);
    const cuts = Array.from({ length: 100 }, () => Math.floor(random.uniform() * length));
    const sizes = [
      ...Array.from({ length: Math.min(length, bytewise) }, (_, index) => index + 1),
      ...cuts.filter((cut) => cut > bytewise).sort((first, second) => first - second),
    ];
    expect(this.read(format, path, sizes)).toEqual(this.read(format, path));
  }

  /** Says how much was read, so that a run over nothing does not look like one over all. */
  count(title: string): void {
    const { paths, expected } = this;
    process.stdout.write(`${title}: ${paths.length} files, ${expected.length} series.\n`);
    expect(paths.length).toBeGreaterThan(0);
  }
}

function readLines<Line>(path: string): readonly Line[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));
}

/** Streams that keep their names apart: mmcv's validation and wandb's figures of the machine. */
function plainNameOf({ metric, stream }: ExpectedSeries): string {
  if (stream === 'val') return `val/${metric}`;
  return stream === 'system' ? `system/${metric}` : metric;
}

function metricOf({ metric }: ExpectedSeries): string {
  return metric;
}

/** What the truth would say of the points of one name; the sum is left to `sumFinite`. */
function summarizeSeries(
  points: Recording['points'],
): Omit<ExpectedSeries, 'path' | 'format' | 'metric' | 'stream' | 'sum_finite'> {
  const values = points.map(({ value }) => value);
  return {
    count: points.length,
    first_step: toExpectedStep(points[0]?.step),
    last_step: toExpectedStep(points.at(-1)?.step),
    first_value: toExpectedValue(values[0]),
    last_value: toExpectedValue(values.at(-1)),
    nan: values.filter(Number.isNaN).length,
    inf: values.filter((value) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
  };
}

/** The sum with the rounding errors kept aside (Neumaier 1974), as the truth is an exact sum. */
function sumFinite(points: Recording['points']): number {
  let sum = 0;
  let rest = 0;
  for (const { value } of points) {
    if (!Number.isFinite(value)) continue;
    const next = sum + value;
    rest += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + rest;
}

function toExpectedStep(step: number | undefined): number | null {
  return step === undefined || Number.isNaN(step) ? null : step;
}

function toExpectedValue(value: number | undefined): number | string {
  return value !== undefined && Number.isFinite(value) ? value : String(value);
}
