import { existsSync, readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { AblationRecord } from '../../../server/src/model/ablation.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import type { WorkspaceFiles } from '../../../server/src/workspace/files.ts';
import { ExperimentFolder } from '../../support/experiments/experimentFolder.ts';
import {
  type ExperimentSession,
  type SessionScript,
  sweepOf,
  taskConfig,
} from '../../support/experiments/experimentSession.ts';
import { ManualClock } from '../../support/manualClock.ts';

let folder: ExperimentFolder;
beforeEach(() => {
  folder = new ExperimentFolder();
});
afterEach(() => folder.close());

const open = (script?: SessionScript): ExperimentSession => folder.session(script);

type Started = Awaited<ReturnType<ExperimentSession['start']>>;
function idOf(started: Started): string {
  if (!started.ok) throw new Error(started.error);
  return started.value.id;
}

const states = ({ runs }: Pick<AblationRecord, 'runs'>): string =>
  runs.map(({ state }) => state).join(' ');
const runFolders = (): readonly string[] =>
  existsSync(folder.path('.counterweight/runs'))
    ? readdirSync(folder.path('.counterweight/runs'))
    : [];

/** Makes what a session has written look as if its process were gone. */
async function abandon(session: ExperimentSession, id: string): Promise<void> {
  session[Symbol.dispose]();
  await session.settled();
  const gone = { pid: 2 ** 22 + 1 };
  for (const name of readdirSync(folder.path(`.counterweight/ablations/${id}`))) {
    if (!name.startsWith('owner.')) continue;
    folder.write(`.counterweight/ablations/${id}/${name}`, JSON.stringify({ owner: gone }));
  }
  for (const run of runFolders()) {
    const path = `.counterweight/runs/${run}/run.json`;
    folder.write(path, JSON.stringify({ ...JSON.parse(folder.read(path)), owner: gone }));
  }
}

/** Ends the run that was launched last, and resolves when the next of the experiment is up. */
async function finish(session: ExperimentSession, id: string, count: number): Promise<void> {
  session.command.latest().end('finished');
  await session.until(id, ({ runs, state }) => {
    const done = runs.filter((run) => run.state === 'finished').length;
    return done >= count && (state === 'finished' || runs.some((run) => run.state === 'running'));
  });
}

describe('the runs of an experiment', () => {
  test('have no folder before their turn', async () => {
    const session = open();
    const id = idOf(await session.start(sweepOf(2)));
    const record = await session.until(id, ({ runs }) => runs[0]?.state === 'running');
    expect(states(record)).toBe('running queued queued');
    expect(runFolders()).toEqual([`${id}-baseline-s0`]);
    await finish(session, id, 1);
    expect(runFolders()).toHaveLength(2);
    await finish(session, id, 2);
    await finish(session, id, 3);
    expect(session.find(id)).toMatchObject({ place: 'nowhere', canGoOn: false });
    expect(session.find(id).record.state).toBe('finished');
  });

  test('take the GPUs of a pool, one each, and are told which', async () => {
    const session = open();
    const run = { command: ['train', '{config}'], env: { MODE: 'x' }, gpus: [3, 'GPU-5'] };
    const id = idOf(await session.start(sweepOf(2), { run }));
    const isUp = ({ runs }: AblationRecord) => states({ runs }) === 'running running queued';
    await session.until(id, isUp);
    const specs = session.command.runs.map(({ spec }) => spec.env);
    expect(new Set(specs.map((env) => env.CUDA_VISIBLE_DEVICES))).toEqual(new Set(['3', 'GPU-5']));
    expect(specs.map(({ MODE }) => MODE)).toEqual(['x', 'x']);
    const named = session.command.runs.find(
      ({ spec }) => spec.env.CUDA_VISIBLE_DEVICES === 'GPU-5',
    );
    named?.end('finished');
    await session.until(id, ({ runs }) => runs[2]?.state === 'running');
    expect(session.command.latest().spec.env.CUDA_VISIBLE_DEVICES).toBe('GPU-5');
    const record = JSON.parse(folder.read(`.counterweight/runs/${id}-baseline-s0/run.json`));
    expect(record.device).toBe('GPU 3');
  });

  test('that cannot be started are refused before anything is written', async () => {
    const session = open();
    const run = { command: ['train', '{confg}'] };
    const started = await session.start(sweepOf(2), { run });
    expect(started).toMatchObject({ ok: false, error: expect.stringContaining('{config}') });
    expect(existsSync(folder.path('.counterweight'))).toBe(false);
  });

  test('are cancelled at once: those that wait never begin', async () => {
    const session = open();
    const id = idOf(await session.start(sweepOf(3)));
    await session.until(id, ({ runs }) => runs[0]?.state === 'running');
    expect(session.experiments.cancel(id)).toBe(true);
    const record = await session.until(id, ({ state }) => state === 'cancelled');
    expect(states(record)).toBe('cancelled cancelled cancelled cancelled');
    expect(session.command.runs).toHaveLength(1);
    expect(session.find(id)).toMatchObject({ place: 'nowhere', canGoOn: true });
    expect(session.experiments.cancel(id)).toBe(false);
  });

  test('that failed run again, in folders of their own, and the others are kept', async () => {
    const session = open();
    const id = idOf(await session.start(sweepOf(1)));
    await session.until(id, ({ runs }) => runs[0]?.state === 'running');
    session.command.latest().end('failed');
    await session.until(id, ({ runs }) => runs[1]?.state === 'running');
    session.command.latest().end('finished');
    await session.until(id, ({ state }) => state === 'failed');
    expect((await session.experiments.resume(id)).ok).toBe(true);
    const record = await session.until(id, ({ runs }) => runs[0]?.state === 'running');
    expect(record.runs.map(({ runId }) => runId)).toEqual([
      `${id}-baseline-s0-2`,
      expect.stringMatching(/-s0$/),
    ]);
    session.command.latest().end('finished');
    await session.until(id, ({ state }) => state === 'finished');
    expect(session.command.runs).toHaveLength(3);
  });
});

describe('an experiment whose window is gone', () => {
  test('goes on with what had not finished', async () => {
    const before = open();
    const id = idOf(await before.start(sweepOf(3)));
    await before.until(id, ({ runs }) => runs[0]?.state === 'running');
    await finish(before, id, 1);
    await abandon(before, id);
    const after = open();
    await after.open();
    const found = after.find(id);
    expect(found).toMatchObject({ place: 'nowhere', canGoOn: true });
    expect(found.interruptedAt).toBeGreaterThan(0);
    expect(states(found.record)).toBe('finished crashed queued queued');
    expect(found.record).toMatchObject({ state: 'crashed' });
    expect((await after.experiments.resume(id)).ok).toBe(true);
    await after.until(id, ({ runs }) => runs[1]?.state === 'running');
    expect(after.find(id).record.reason).toBeUndefined();
    expect(after.command.latest().spec.runId).toMatch(/-s0-2$/);
    for (let count = 2; count <= 4; count += 1) await finish(after, id, count);
    expect(after.command.runs).toHaveLength(3);
    expect(after.find(id).record.state).toBe('finished');
  });

  test('goes on from the checkpoint of a task', async () => {
    const before = open();
    const started = await before.start(
      { kind: 'sweep', weights: { render: [0.1] }, seeds: [0] },
      { text: taskConfig },
    );
    const id = idOf(started);
    const { runs } = await before.until(id, (record) => record.runs[0]?.state === 'running');
    await abandon(before, id);
    const record = `.counterweight/runs/${runs[0]?.runId}`;
    folder.write(`${record}/checkpoint.json`, JSON.stringify({ step: 60 }));
    const after = open();
    await after.open();
    expect((await after.experiments.resume(id)).ok).toBe(true);
    await after.until(id, (now) => now.runs[0]?.state === 'running');
    expect(after.task.latest().spec).toMatchObject({ from: 'resume', runId: runs[0]?.runId });
  });

  test('is not taken from a window that lives, which is seen to come further', async () => {
    const here = open();
    const id = idOf(await here.start(sweepOf(1)));
    await here.until(id, ({ runs }) => runs[0]?.state === 'running');
    const there = open();
    await there.open();
    expect(there.find(id)).toMatchObject({ place: 'elsewhere', canGoOn: false });
    expect(await there.experiments.resume(id)).toMatchObject({
      error: expect.stringContaining('another window'),
    });
    expect(there.experiments.cancel(id)).toBe(false);
    expect(await there.experiments.clear(id)).toMatchObject({ ok: false });
    await finish(here, id, 1);
    await finish(here, id, 2);
    const seen = await there.until(id, ({ state }) => state === 'finished');
    expect(states(seen)).toBe('finished finished');
    expect(there.command.runs).toEqual([]);
  });

  test('is taken over by one of two windows', async () => {
    const before = open();
    const id = idOf(await before.start(sweepOf(1)));
    await before.until(id, ({ runs }) => runs[0]?.state === 'running');
    await abandon(before, id);
    const windows = [open(), open()];
    await Promise.all(windows.map((window) => window.open()));
    const resumed = await Promise.all(windows.map(({ experiments }) => experiments.resume(id)));
    expect(resumed.filter(({ ok }) => ok)).toHaveLength(1);
  });
});

test('an experiment that was cleared stays off the list, and its files stay', async () => {
  const session = open();
  const id = idOf(await session.start(sweepOf(1)));
  await session.until(id, ({ runs }) => runs[0]?.state === 'running');
  session.experiments.cancel(id);
  await session.until(id, ({ state }) => state === 'cancelled');
  expect(await session.experiments.clear(id)).toMatchObject({ ok: true });
  expect(session.experiments.all()).toEqual([]);
  const later = open();
  await later.open();
  expect(later.experiments.all()).toEqual([]);
  expect(readdirSync(folder.path(`.counterweight/ablations/${id}`))).toContain('plan.json');
});

test('the pause and the order of the queue are known to the next session', async () => {
  const session = open();
  await session.open();
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) ids.push(idOf(await session.start(sweepOf(1))));
  const [first = '', second = '', third = ''] = ids;
  session.queue.move(third, 'earlier');
  session.queue.pause();
  await session.memory.settled();
  const later = open();
  await later.open();
  expect(later.queue.state.paused).toBe(true);
  expect([first, third, second].map((id) => later.memory.rankOf(id))).toEqual([0, 1, 2]);
});

/** Files that count what is written. */
function countingFiles(): { readonly files: WorkspaceFiles; readonly counts: Map<string, number> } {
  const disk = createDiskFiles();
  const counts = new Map<string, number>();
  const count = (path: string): void => {
    const name = path.split('/').at(-1) ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const files: WorkspaceFiles = {
    ...disk,
    writeAtomically: (path, text) => {
      count(path);
      return disk.writeAtomically(path, text);
    },
    makeFolder: (path) => {
      count('folder');
      return disk.makeFolder(path);
    },
  };
  return { files, counts };
}

describe('a thousand variants', () => {
  test('are queued with a handful of writes, and cancelled with one', async () => {
    const { files, counts } = countingFiles();
    const session = open({ files });
    session.queue.pause();
    let changes = 0;
    session.experiments.onDidChange(() => {
      changes += 1;
    });
    const id = idOf(await session.start(sweepOf(1000)));
    expect(session.queue.state.waiting).toHaveLength(1001);
    expect(Object.fromEntries(counts)).toEqual({
      ...{ folder: 1, '.gitignore': 1 },
      ...{ 'plan.json': 1, 'diffs.json': 1, 'ablation.json': 1 },
    });
    expect(changes).toBe(1);
    session.experiments.cancel(id);
    const record = await session.until(id, ({ state }) => state === 'cancelled');
    expect(new Set(record.runs.map(({ state }) => state))).toEqual(new Set(['cancelled']));
    expect(counts.get('ablation.json')).toBeLessThanOrEqual(3);
    expect(changes).toBeLessThanOrEqual(3);
  });

  test('cost each run a number of writes that does not grow with their number', async () => {
    const { files, counts } = countingFiles();
    // Time stands still, so that the machine may be as slow as it likes.
    const clock = new ManualClock();
    const session = open({ files, clock, command: ({ end }) => end('finished') });
    const id = idOf(await session.start(sweepOf(200)));
    await session.until(id, ({ state }) => state === 'finished');
    expect(counts.get('run.json')).toBe(3 * 201);
    expect(counts.get('ablation.json')).toBe(2);
  });
});
