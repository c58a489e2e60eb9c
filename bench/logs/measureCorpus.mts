import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Ingest } from './measured.mts';

/** What a folder of real logs took. */
export interface CorpusFigures {
  readonly files: number;
  readonly bytes: number;
  readonly ingest: Ingest;
}

/** Reads a folder of real logs through the whole of ingest; undefined where there is none. */
export async function measureCorpus(
  folder: string,
  ingest: (path: string) => Promise<Ingest>,
): Promise<CorpusFigures | undefined> {
  if (!existsSync(folder)) return undefined;
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .filter((stat) => stat.isFile())
    .map(({ size }) => size);
  return {
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    ingest: await ingest(folder),
  };
}
