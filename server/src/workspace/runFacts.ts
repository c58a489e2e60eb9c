import { join } from 'node:path';

import type { RunFacts } from '../ablation/cost.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';

/** So many runs are measured on disk: more would not make the estimate better. */
const mostMeasured = 5;
/** A folder with more entries is not added up: nobody shall wait for it. */
const mostEntries = 2000;

/** What a run that has finished took, start included; undefined for other runs. */
export function factsOfRun({ record }: KnownRun): RunFacts | undefined {
  if (record?.state !== 'finished' || record.endedAt === undefined) return undefined;
  const seconds = (record.endedAt - record.startedAt) / 1000;
  return { steps: record.steps, seconds, bytes: undefined };
}

/** What the newest finished runs of a config took, with what their folders hold, newest first. */
export async function measureRuns(
  files: WorkspaceFiles,
  runs: readonly KnownRun[],
): Promise<readonly RunFacts[]> {
  const known = runs.flatMap((run) => {
    const facts = factsOfRun(run);
    return facts ? [{ folder: run.id, facts }] : [];
  });
  return Promise.all(
    known.slice(0, mostMeasured).map(async ({ folder, facts }) => ({
      ...facts,
      bytes: await bytesIn(files, folder, { left: mostEntries }),
    })),
  );
}

/** Bytes of all files of a folder; undefined where it has too many. */
async function bytesIn(
  files: WorkspaceFiles,
  folder: string,
  budget: { left: number },
): Promise<number | undefined> {
  const entries = await files.entries(folder);
  budget.left -= entries.length;
  if (budget.left < 0) return undefined;
  let sum = 0;
  for (const { name, kind } of entries) {
    const path = join(folder, name);
    if (kind === 'file') sum += (await files.facts(path))?.size ?? 0;
    const below = kind === 'folder' ? await bytesIn(files, path, budget) : 0;
    if (below === undefined) return undefined;
    sum += below;
  }
  return sum;
}
