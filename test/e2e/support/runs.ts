import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { type RunRecord, runRecordSchema } from '../../../server/src/model/run.ts';

/** A run as it lies on disk. */
export interface RunOnDisk {
  readonly folder: string;
  readonly record: RunRecord;
  /** Lines of its metrics.jsonl, the header included. */
  readonly metricLines: number;
}

/** The runs of a workspace, oldest first. */
export function runsOnDisk(workspacePath: string): readonly RunOnDisk[] {
  const parent = join(workspacePath, '.counterweight', 'runs');
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => existsSync(join(parent, name, 'run.json')))
    .map((name) => readRun(join(parent, name)))
    .sort((a, b) => a.record.startedAt - b.record.startedAt);
}

/** The run that was started last. */
export function newestRun(workspacePath: string): RunOnDisk {
  const run = runsOnDisk(workspacePath).at(-1);
  if (!run) throw new Error(`There is no run in ${workspacePath} yet.`);
  return run;
}

/** Waits until the newest run is as wanted. */
export async function waitForRun(
  workspacePath: string,
  isWanted: (record: RunRecord) => boolean,
  milliseconds = 60_000,
): Promise<RunOnDisk> {
  await expect
    .poll(
      () => {
        const newest = runsOnDisk(workspacePath).at(-1);
        return newest !== undefined && isWanted(newest.record);
      },
      { timeout: milliseconds, interval: 20 },
    )
    .toBe(true);
  return newestRun(workspacePath);
}

function readRun(folder: string): RunOnDisk {
  const metrics = join(folder, 'metrics.jsonl');
  return {
    folder,
    record: runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))),
    metricLines: existsSync(metrics) ? readFileSync(metrics, 'utf8').split('\n').length - 1 : 0,
  };
}
