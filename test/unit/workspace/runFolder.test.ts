import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type RunRecord, runIdSchema } from '../../../server/src/model/run.ts';
import { quietMs, takeClaim } from '../../../server/src/workspace/claim.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { asItIsNow } from '../../../server/src/workspace/owner.ts';
import {
  nearestStateFolder,
  readRunRecords,
  runsFolder,
  writeRunRecord,
} from '../../../server/src/workspace/runFolder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterweight-runs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record: RunRecord = {
  schema: 1,
  id: runIdSchema.parse('20260101-000000-train'),
  engine: 'task',
  config: 'train.yaml',
  state: 'running',
  seed: 0,
  startedAt: 1,
  owner: { pid: process.pid },
};

describe('folders of runs', () => {
  it('reads back what it wrote and leaves out what it cannot read, saying which and why', async () => {
    const files = createDiskFiles();
    const good = join(runsFolder(folder), 'good');
    const bad = join(runsFolder(folder), 'bad');
    await writeRunRecord(files, good, record);
    await mkdir(bad, { recursive: true });
    await writeFile(join(bad, 'run.json'), '{"schema": 1, "id"');
    const later = join(runsFolder(folder), 'later');
    await mkdir(later, { recursive: true });
    await writeFile(join(later, 'run.json'), '{"schema": 2}');
    const leftOut: string[] = [];
    const found = await readRunRecords(files, folder, (path, why) =>
      leftOut.push(`${path} ${why}`),
    );
    expect(found).toEqual([{ folder: good, record }]);
    expect(leftOut.toSorted()).toEqual([
      `${join(bad, 'run.json')} is damaged`,
      `${join(later, 'run.json')} is of a newer version`,
    ]);
  });

  it('finds the workspace folder of earlier runs upwards', async () => {
    const files = createDiskFiles();
    await writeRunRecord(files, join(runsFolder(folder), 'a'), record);
    expect(await nearestStateFolder(files, join(folder, 'deep', 'er', 'train.yaml'))).toBe(folder);
  });

  it('marks a run whose owner is gone, and no other', () => {
    // Process ids end far below this on every system.
    const gone = { ...record, owner: { pid: 2 ** 30 } };
    const other = { ...record, owner: { pid: process.ppid } };
    expect(asItIsNow(gone)).toMatchObject({
      state: 'crashed',
      reason: expect.stringMatching(/metrics are kept/),
    });
    expect(asItIsNow(other)).toBe(other);
    // Process ids repeat: nothing of this process can run before it has looked.
    expect(asItIsNow(record)).toMatchObject({ state: 'crashed' });
    const finished: RunRecord = { ...gone, state: 'finished' };
    expect(asItIsNow(finished)).toBe(finished);
  });

  it('leaves a run of another machine alone for as long as something is written of it', () => {
    const elsewhere = { ...record, owner: { pid: process.pid, host: 'another.machine' } };
    expect(asItIsNow(elsewhere, 10_000)).toBe(elsewhere);
    expect(asItIsNow(elsewhere, 3_600_000)).toMatchObject({ state: 'crashed' });
  });

  it('knows how long a folder has been quiet by the newest of its files but claims', async () => {
    const files = createDiskFiles();
    const run = join(runsFolder(folder), 'a');
    await writeRunRecord(files, run, record);
    await writeFile(join(run, 'metrics.jsonl'), '');
    await utimes(join(run, 'run.json'), 1000, 1000);
    await utimes(join(run, 'metrics.jsonl'), 2000, 2000);
    expect(await takeClaim(files, run, 2_003_000)).toBeDefined();
    expect(await quietMs(files, run, 2_003_000)).toBe(3000);
  });
});
