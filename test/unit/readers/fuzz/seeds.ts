import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  detectFormat,
  detectionHeadBytes,
  detectSnapshot,
} from '../../../../server/src/readers/detectFormat.ts';
import { compileLinePattern } from '../../../../server/src/readers/lineExpression.ts';
import type { LogFormat } from '../../../../server/src/readers/logFormat.ts';
import { logFormats } from '../../../../server/src/readers/registry.ts';
import type { SnapshotFormat } from '../../../../server/src/readers/snapshotFormat.ts';
import { snapshotFormats } from '../../../../server/src/readers/snapshotRegistry.ts';
import { userPatternFormat } from '../../../../server/src/readers/userPattern.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';

/** A file to start from, with the format that reads it. */
export interface Seed {
  readonly format: LogFormat;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that is read as a whole. */
export interface SnapshotSeed {
  readonly format: SnapshotFormat;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Only the beginning of a large file is used. */
const maximumSeedBytes = 65_536;
const fixtureFolder = fileURLToPath(new URL('../../../fixtures/logs/', import.meta.url));

/** Files to begin with: the examples of every format, the repository's fixtures and the corpus. */
export function collectSeeds(): readonly Seed[] {
  return [...exampleSeeds(), ...patternSeeds(), ...files().flatMap(toSeed)];
}

/** The same of the formats of files that are rewritten as a whole. */
export function collectSnapshotSeeds(): readonly SnapshotSeed[] {
  const examples = snapshotFormats.flatMap((format) =>
    format.examples.map(({ path, bytes }) => ({ format, path, bytes: bytes() })),
  );
  return [...examples, ...files().flatMap(toSnapshotSeed)];
}

function exampleSeeds(): readonly Seed[] {
  return logFormats.flatMap((format) =>
    format.examples.map(({ fileName, bytes }) => ({ format, path: fileName, bytes: bytes() })),
  );
}

/** Two expressions as a user may write them, with lines that they match. */
function patternSeeds(): readonly Seed[] {
  const patterns = [
    { line: String.raw`step (?P<step>\d+).*?loss[=:] ?(?P<loss>\S+)(?: acc (?P<acc>[\d.]+))?` },
    { line: String.raw`(?P<name>\w+)\s*=\s*(?P<value>[-+.\deE]+)` },
  ];
  const expressions = patterns.map((pattern) => {
    const compiled = compileLinePattern(pattern);
    if (!compiled.ok) throw new Error(compiled.error.message);
    return compiled.value;
  });
  const text =
    'step 1 of 9: loss=0.5 acc 0.25\nlr = 1e-3, wd=0.1\nstep 2 of 9: loss: 0.4, acc 0.3\n';
  const format = userPatternFormat(expressions, () => undefined);
  return [{ format, path: 'train.out', bytes: new TextEncoder().encode(text.repeat(3)) }];
}

interface LogOnDisk {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function files(): readonly LogOnDisk[] {
  const corpus = new LogCorpus([]);
  const others = corpus.list().map((path) => ({ path, bytes: corpus.load(path) }));
  if (!existsSync(fixtureFolder)) return others;
  const fixtures = readdirSync(fixtureFolder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => path.split(sep).includes('logs') && statSync(join(fixtureFolder, path)).isFile(),
    )
    .map((path) => ({
      path: path.split(sep).join('/'),
      bytes: new Uint8Array(readFileSync(join(fixtureFolder, path))),
    }));
  return [...fixtures, ...others];
}

function toSeed({ path, bytes }: LogOnDisk): readonly Seed[] {
  const format = detectFormat(basename(path), bytes.subarray(0, detectionHeadBytes));
  if (format === undefined || format === 'undecided') return [];
  return [{ format, path, bytes: bytes.subarray(0, maximumSeedBytes) }];
}

function toSnapshotSeed({ path, bytes }: LogOnDisk): readonly SnapshotSeed[] {
  const format = detectSnapshot(basename(path), bytes.subarray(0, detectionHeadBytes));
  if (format === undefined || format === 'undecided') return [];
  return [{ format, path, bytes: bytes.subarray(0, maximumSeedBytes) }];
}
