import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { generateLog } from './generateLog.mts';
import { jsonLines } from './logs/textLogs.mts';
import type { Updates } from './measured.mts';
import { runMeasurement } from './runMeasurement.mts';

/** What it costs when 100 lines come to a log of one size. */
export interface AppendFigures extends Updates {
  readonly bytes: number;
}

interface AppendOrder {
  readonly folder: string;
  readonly bundle: string;
  /** Updates of each log. */
  readonly rounds: number;
  /** Sizes of the generated logs, of which the largest is taken. */
  readonly sizes: readonly number[];
}

const smallBytes = 1e6;

/** Lets a small and a large log of JSON lines grow in turns. */
export async function measureAppends(order: AppendOrder): Promise<readonly AppendFigures[]> {
  const { folder, bundle, rounds, sizes } = order;
  if (rounds === 0) return [];
  const files = [smallBytes, Math.max(...sizes)].map((bytes) => {
    const place = join(folder, `append-${bytes}`);
    mkdirSync(place);
    return generateLog(jsonLines, place, bytes);
  });
  const paths = files.map(({ path }) => path);
  const updates = await runMeasurement(bundle, { task: 'append', paths, rounds });
  for (const path of paths) rmSync(path);
  return updates.map((update, index) => ({ ...update, bytes: files[index]?.bytes ?? 0 }));
}
