import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';

import {
  type LaunchEnd,
  type LaunchEvents,
  type Launcher,
  type LaunchSpec,
  unnumberedJob,
} from '../../../server/src/ablation/launcher.ts';
import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { projectFileSchema } from '../../../server/src/model/projectFile.ts';
import { followLeftJobs, leftJob } from '../../../server/src/workspace/clusterJob.ts';
import { deviceEnvironment, devicesFor } from '../../../server/src/workspace/devices.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import type { EngineChoice } from '../../../server/src/workspace/engineChoice.ts';
import { asItIsNow } from '../../../server/src/workspace/owner.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { readRunRecord } from '../../../server/src/workspace/runFolder.ts';
import { RunQueue } from '../../../server/src/workspace/runQueue.ts';
import { RunStarter } from '../../../server/src/workspace/runStarter.ts';
import { ExperimentSession, sweepOf } from '../../support/experiments/experimentSession.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterweight-cluster-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A cluster whose jobs do what the test says. */
class HandCluster {
  readonly launched: {
    readonly spec: LaunchSpec;
    readonly events: LaunchEvents;
    readonly end: (end: LaunchEnd) => void;
  }[] = [];

  as<Spec extends LaunchSpec>(engine: Spec['engine']): Launcher<Spec> {
    return {
      engine,
      launch: (spec, events) => {
        const { promise: ended, resolve: end } = Promise.withResolvers<LaunchEnd>();
        this.launched.push({ spec, events, end });
        return { cancel: () => undefined, ended };
      },
      dispose: () => undefined,
    };
  }
}

function openWindow() {
  const [cluster, machine] = [new HandCluster(), new HandCluster()];
  const catalog = new RunCatalog();
  const starter = new RunStarter({
    files: createDiskFiles(),
    catalog,
    queue: new RunQueue(),
    clock: systemClock,
    logger: silentLogger,
    launchers: {
      task: machine.as('task'),
      command: machine.as('command'),
      slurm: cluster.as('command'),
    },
    training: () => ({ backend: 'auto', probeEvery: 10, checkpointEvery: 100, memoryLimit: 0 }),
  });
  return { cluster, machine, catalog, starter };
}

const choice: EngineChoice = {
  engine: 'command',
  command: ['python', 'train.py', '{seed}'],
  cwd: '/shared/me',
  env: {},
  gpus: [0, 1],
  slurm: { header: ['#SBATCH --mem=4G'], arrayLimit: 2 },
};

async function start({ starter }: ReturnType<typeof openWindow>) {
  const started = await starter.start({
    workspaceFolder: folder,
    configPath: join(folder, 'train.yaml'),
    configText: '',
    choice,
    seed: 3,
    steps: undefined,
  });
  if (!started.ok) throw new Error(started.error);
  return started.value;
}

/** As if the process that has written all this were gone. */
async function forgetOwners(state: string): Promise<void> {
  const owner = { pid: 2 ** 22 + 1 };
  for (const name of await readdir(state, { recursive: true })) {
    const file = basename(name);
    const path = join(state, name);
    if (file.startsWith('owner.')) await writeFile(path, JSON.stringify({ owner }));
    if (file !== 'run.json') continue;
    const record = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...record, owner }));
  }
}

describe('a run on a cluster', () => {
  it('is submitted whatever else runs, and waits there until its turn comes', async () => {
    const window = openWindow();
    const runs = [await start(window), await start(window)];
    expect(window.machine.launched).toEqual([]);
    expect(window.cluster.launched.map(({ spec }) => spec)).toMatchObject([
      { command: ['python', 'train.py', '3'], slurm: { array: runs[0]?.record.id, arrayLimit: 2 } },
      { slurm: { array: runs[1]?.record.id, header: ['#SBATCH --mem=4G'] } },
    ]);
    const [first] = window.cluster.launched;
    const id = runs[0]?.id ?? '';
    expect(window.starter.status(id)?.record.state).toBe('queued');
    // What is announced is on the disk when Slurm hears of it.
    await first?.events.submitted(unnumberedJob);
    expect(await readRunRecord(createDiskFiles(), id)).toMatchObject({
      state: 'queued',
      job: unnumberedJob,
    });
    void first?.events.submitted('17_0');
    expect(window.starter.status(id)?.record).toMatchObject({ state: 'queued', job: '17_0' });
    first?.events.started({ pid: undefined });
    expect(window.starter.status(id)?.record).toMatchObject({ state: 'running', job: '17_0' });
    for (const { end } of window.cluster.launched) {
      end({ state: 'finished', exitCode: 0, signal: null });
    }
    for (const { ended } of runs) expect((await ended).state).toBe('finished');
  });

  it('is not taken for crashed when its window is gone, and is found again by the next', async () => {
    const before = openWindow();
    const { id } = await start(before);
    void before.cluster.launched[0]?.events.submitted('17_0');
    await expect.poll(async () => (await readRunRecord(createDiskFiles(), id))?.job).toBe('17_0');
    before.starter.dispose();
    const stored = await readRunRecord(createDiskFiles(), id);
    if (!stored) throw new Error('no record');
    expect(asItIsNow(stored).state).toBe('queued');

    const window = openWindow();
    // Whoever had it is gone; this process stands for the next one.
    const owner = { pid: 2 ** 30 };
    window.catalog.putRecord(folder, id, { ...stored, owner });
    await followLeftJobs(window.catalog, window.starter);
    await followLeftJobs(window.catalog, window.starter);
    expect(window.cluster.launched).toHaveLength(1);
    const [job] = window.cluster.launched;
    expect(job?.spec).toMatchObject({ runFolder: id, slurm: { job: '17_0' } });
    job?.end({ state: 'finished', exitCode: 0, signal: null });
    await expect
      .poll(async () => (await readRunRecord(createDiskFiles(), id))?.state)
      .toBe('finished');
    const ended = window.catalog.find(id);
    expect(ended && leftJob(ended)).toBeUndefined();
  });

  it('is followed, and not submitted again, when its experiment goes on in another window', async () => {
    const first = new ExperimentSession(folder);
    const started = await first.start(sweepOf(2), {
      run: { command: ['train', '{config}'], slurm: {} },
    });
    if (!started.ok) throw new Error(started.error);
    const { id } = started.value;
    // All of them at once: the cluster has a queue of its own.
    await expect.poll(() => first.slurm.runs.length).toBe(3);
    for (const [index, { spec, events }] of first.slurm.runs.entries()) {
      expect(spec.slurm.array).toBe(id);
      void events.submitted(`17_${index}`);
    }
    for (const { spec } of first.slurm.runs) {
      const job = async () => (await readRunRecord(createDiskFiles(), spec.runFolder))?.job;
      await expect.poll(job).toMatch(/^17_/);
    }
    const jobs = first.slurm.runs.map(({ spec }, index) => `${spec.runFolder} 17_${index}`);
    first[Symbol.dispose]();
    await first.settled();
    await forgetOwners(join(folder, '.counterweight'));
    // A cluster may be this one machine; what it runs of the experiment is not ours to end.
    const COUNTERWEIGHT_RUN_DIR = first.slurm.runs[0]?.spec.runFolder;
    const program = spawn('sleep', ['60'], { env: { ...process.env, COUNTERWEIGHT_RUN_DIR } });
    await once(program, 'spawn');

    using second = new ExperimentSession(folder);
    await second.open();
    expect((await second.experiments.resume(id)).ok).toBe(true);
    await expect.poll(() => second.slurm.runs.length).toBe(3);
    const followed = second.slurm.runs.map(({ spec }) => `${spec.runFolder} ${spec.slurm.job}`);
    expect(followed.sort()).toEqual(jobs.sort());
    expect(program.signalCode).toBeNull();
    program.kill('SIGKILL');
    expect(await once(program, 'exit')).toEqual([null, 'SIGKILL']);
    for (const { end } of second.slurm.runs) end('finished');
    const record = await second.until(id, ({ state }) => state === 'finished');
    expect(record.runs.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
    expect(await readdir(join(folder, '.counterweight', 'runs'))).toHaveLength(3);
    await second.settled();
  });

  it('waits with its experiment as long as it waits on the cluster, and again when it is put back', async () => {
    using session = new ExperimentSession(folder);
    const run = { command: ['train', '{config}'], slurm: {} };
    const started = await session.start(sweepOf(2), { run });
    if (!started.ok) throw new Error(started.error);
    const { id } = started.value;
    await expect.poll(() => session.slurm.runs.length).toBe(3);
    const states = () => session.find(id).record.runs.map(({ state }) => state);
    for (const { events } of session.slurm.runs) await events.submitted(unnumberedJob);
    expect(states()).toEqual(['queued', 'queued', 'queued']);
    const [first] = session.slurm.runs;
    first?.events.started({ pid: undefined });
    await session.until(id, ({ runs }) => runs.some(({ state }) => state === 'running'));
    expect(states().toSorted()).toEqual(['queued', 'queued', 'running']);
    await first?.events.submitted('17_0');
    expect(states()).toEqual(['queued', 'queued', 'queued']);
    for (const { end } of session.slurm.runs) end('finished');
    await session.until(id, ({ state }) => state === 'finished');
    await session.settled();
  });

  it('needs no place on this machine', () => {
    expect(devicesFor(choice)).toEqual([{ name: 'Slurm', places: 1000 }]);
  });

  it('is asked for in counterweight.yaml', () => {
    const read = (slurm: unknown) =>
      projectFileSchema.safeParse({ run: { command: ['true'], slurm } }).success;
    expect(read({})).toBe(true);
    expect(read({ header: ['#SBATCH --mem=4G'], array_limit: 4 })).toBe(true);
    expect(read({ header: ['two\nlines'] })).toBe(false);
    expect(read({ headers: [] })).toBe(false);
  });
});

describe('a pool of GPUs', () => {
  const names = [0, 'GPU-8932f937', 'MIG-GPU-8932f937-d72c/1/0', 'MIG-5c89e1f1-a2d6', '2,3'];

  it('may be named as CUDA_VISIBLE_DEVICES names them, several for one run too', () => {
    const run = { command: ['true'], gpus: names };
    expect(projectFileSchema.safeParse({ run }).success).toBe(true);
    const pool = devicesFor({
      engine: 'command',
      command: ['true'],
      cwd: '/',
      env: {},
      gpus: names,
    });
    const told = pool.map(({ name }) => deviceEnvironment(name).CUDA_VISIBLE_DEVICES);
    expect(told).toEqual(names.map(String));
  });

  test.each(['', '0,', '0, 1', '$(id)'])('takes no %j', (name) => {
    const run = { command: ['true'], gpus: [name] };
    expect(projectFileSchema.safeParse({ run }).success).toBe(false);
  });
});
