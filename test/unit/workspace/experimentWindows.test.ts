import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { ExperimentFolder } from '../../support/experiments/experimentFolder.ts';
import {
  type ExperimentSession,
  type SessionScript,
  sweepOf,
  taskConfig,
} from '../../support/experiments/experimentSession.ts';
import { FaultyFiles } from '../../support/experiments/faultyFiles.ts';

let folder: ExperimentFolder;
beforeEach(() => {
  folder = new ExperimentFolder();
});
afterEach(() => folder.close());

/** A window on the folder. */
async function open(script: SessionScript = {}): Promise<ExperimentSession> {
  const session = folder.session(script);
  await session.open();
  return session;
}

async function startIn(session: ExperimentSession): Promise<string> {
  const started = await session.start(sweepOf(1));
  if (!started.ok) throw new Error(started.error);
  const { id } = started.value;
  await session.until(id, ({ runs }) => runs[0]?.state === 'running');
  return id;
}

/** Starts an experiment and cancels it. */
async function cancelIn(session: ExperimentSession): Promise<string> {
  const id = await startIn(session);
  session.experiments.cancel(id);
  await session.until(id, ({ state }) => state === 'cancelled');
  return id;
}

const recordOf = (id: string) =>
  JSON.parse(folder.read(`.counterweight/ablations/${id}/ablation.json`));

describe('two windows on one folder', () => {
  test('of an experiment that goes on in the one, the other clears nothing', async () => {
    const here = await open();
    const id = await cancelIn(here);
    const there = await open();
    expect(there.find(id)).toMatchObject({ place: 'nowhere', canGoOn: true });
    expect((await here.experiments.resume(id)).ok).toBe(true);
    expect(await there.experiments.clear(id)).toMatchObject({
      error: expect.stringContaining('another window'),
    });
    expect(there.find(id).place).toBe('elsewhere');
    await here.settled();
    expect(recordOf(id)).toMatchObject({ state: 'running' });
    expect(recordOf(id).cleared).toBeUndefined();
  });

  test('what the one has cleared the other does not bring back by clearing it too', async () => {
    const here = await open();
    const id = await cancelIn(here);
    const there = await open();
    expect((await here.experiments.clear(id)).ok).toBe(true);
    expect((await there.experiments.clear(id)).ok).toBe(true);
    expect([...here.experiments.all(), ...there.experiments.all()]).toEqual([]);
    expect(recordOf(id)).toMatchObject({ state: 'cancelled', cleared: true });
  });

  test('a single run goes on in one of them', async () => {
    const first = await open();
    const started = await first.starter.start({
      workspaceFolder: folder.root,
      configPath: join(folder.root, 'train.yaml'),
      configText: taskConfig,
      choice: { engine: 'task', task: 'flow-edit' },
      seed: 0,
      steps: undefined,
    });
    if (!started.ok) throw new Error(started.error);
    first[Symbol.dispose]();
    await first.settled();
    const path = `.counterweight/runs/${started.value.record.id}`;
    const owner = { pid: 2 ** 22 + 1 };
    folder.write(
      `${path}/run.json`,
      JSON.stringify({ ...JSON.parse(folder.read(`${path}/run.json`)), owner }),
    );
    folder.write(`${path}/checkpoint.json`, JSON.stringify({ step: 60 }));
    const windows = [await open(), await open()];
    const resumed = await Promise.all(
      windows.map(({ catalog, starter }) => {
        const known = catalog.find(started.value.id);
        if (!known) throw new Error('The run is not known.');
        return starter.resume(known);
      }),
    );
    expect(resumed.filter(({ ok }) => ok)).toHaveLength(1);
    expect(resumed.find(({ ok }) => !ok)).toMatchObject({
      error: expect.stringContaining('another window'),
    });
    expect(windows.flatMap(({ task }) => task.runs)).toHaveLength(1);
  });
});

test('an experiment that is asked to go on twice goes on once, and can be cancelled', async () => {
  const session = await open();
  const id = await cancelIn(session);
  const resumed = await Promise.all([
    session.experiments.resume(id),
    session.experiments.resume(id),
  ]);
  expect(resumed.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
  expect(session.find(id).place).toBe('here');
  expect(session.experiments.cancel(id)).toBe(true);
  await session.until(id, ({ state }) => state === 'cancelled');
});

test('the order of the queue outlives a session that took nothing up', async () => {
  const session = await open();
  const ids = [await startIn(session)];
  for (let count = 0; count < 2; count += 1) {
    const started = await session.start(sweepOf(1));
    if (started.ok) ids.push(started.value.id);
  }
  const [first = '', second = '', third = ''] = ids;
  session.queue.move(third, 'earlier');
  session.queue.pause();
  await session.memory.settled();
  session[Symbol.dispose]();
  const between = await open();
  between.queue.continue();
  between.queue.pause();
  await between.memory.settled();
  between[Symbol.dispose]();
  const later = await open();
  expect([first, third, second].map((id) => later.memory.rankOf(id))).toEqual([0, 1, 2]);
});

describe.each([0, 1, 2, 3, 4, 5])('where the disk is full from write %i on', (at) => {
  test('an experiment is refused in words, and none is known', async () => {
    const length = Number.POSITIVE_INFINITY;
    const { files } = new FaultyFiles(createDiskFiles(), { fault: 'full', at, length });
    const session = await open({ files });
    const started = await session.start(sweepOf(1));
    expect(started).toMatchObject({
      ok: false,
      error: expect.stringMatching(/could not be written \(ENOSPC\); is the disk full/),
    });
    expect(session.experiments.all()).toEqual([]);
    expect(session.queue.state).toMatchObject({ waiting: [], running: [] });
  });
});
