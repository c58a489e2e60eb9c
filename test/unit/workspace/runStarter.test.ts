import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchSpec,
  SlurmLaunch,
} from '../../../server/src/ablation/launcher.ts';
import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { type RunRecord, runRecordSchema } from '../../../server/src/model/run.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { RunQueue } from '../../../server/src/workspace/runQueue.ts';
import { RunStarter } from '../../../server/src/workspace/runStarter.ts';
import { summarizeRun } from '../../../server/src/workspace/runSummary.ts';

interface Launched {
  readonly spec: LaunchSpec;
  readonly events: LaunchEvents;
  readonly end: (end: LaunchEnd) => void;
  cancelled: boolean;
}

/** An engine whose runs do what the test says. */
class HandLauncher<Spec extends LaunchSpec> implements Launcher<Spec> {
  readonly engine: Spec['engine'];
  readonly launched: Launched[] = [];

  constructor(engine: Spec['engine']) {
    this.engine = engine;
  }

  launch(spec: Spec, events: LaunchEvents) {
    const { promise: ended, resolve: end } = Promise.withResolvers<LaunchEnd>();
    const run: Launched = { spec, events, end, cancelled: false };
    this.launched.push(run);
    const cancel = (): void => {
      run.cancelled = true;
      end({ state: 'cancelled', exitCode: null, signal: null });
    };
    return { cancel, ended };
  }

  dispose(): void {
    for (const { end } of this.launched) end({ state: 'cancelled', exitCode: null, signal: null });
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterweight-starter-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function setUp(files = createDiskFiles()) {
  const task = new HandLauncher<Extract<LaunchSpec, { engine: 'task' }>>('task');
  const command = new HandLauncher<Extract<LaunchSpec, { engine: 'command' }>>('command');
  const slurm = new HandLauncher<SlurmLaunch>('command');
  const catalog = new RunCatalog();
  const starter = new RunStarter({
    files,
    catalog,
    queue: new RunQueue(),
    clock: systemClock,
    logger: silentLogger,
    launchers: { task, command, slurm },
    training: () => ({
      ...{ backend: 'auto', probeEvery: 10 },
      ...{ checkpointEvery: 500, memoryLimit: 0 },
    }),
  });
  const plan = {
    workspaceFolder: folder,
    configPath: join(folder, 'configs', 'train.yaml'),
    configText: 'task: flow-edit\n',
    choice: { engine: 'task', task: 'flow-edit' },
    seed: 3,
    steps: undefined,
  } as const;
  return { task, command, slurm, catalog, starter, plan };
}

const summaryInput = { store: new MetricStore(), status: undefined, configUris: [] };

function throwMissing(id: string): never {
  throw new Error(`${id} is not in the catalog`);
}

const readRecord = async (id: string) =>
  runRecordSchema.parse(JSON.parse(await readFile(join(id, 'run.json'), 'utf8')));

describe('RunStarter', () => {
  it('keeps config and record in a folder that git ignores', async () => {
    const { starter, plan, task } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    task.launched[0]?.events.started({ pid: undefined, backend: 'wasm', steps: 600 });
    task.launched[0]?.end({ state: 'finished', exitCode: 0, signal: null });
    const record = await started.value.ended;
    expect(record).toMatchObject({ state: 'finished', backend: 'wasm', steps: 600, seed: 3 });
    expect(await readRecord(started.value.id)).toEqual(record);
    expect(record.config).toBe('configs/train.yaml');
    expect(await readFile(join(started.value.id, 'config.yaml'), 'utf8')).toBe(plan.configText);
    expect(await readFile(join(folder, '.counterweight', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('runs one after the other and takes a waiting run out of the queue', async () => {
    const { starter, plan, task } = setUp();
    const runs = [await starter.start(plan), await starter.start(plan), await starter.start(plan)];
    const [first, second, third] = runs.map((run) => {
      if (!run.ok) throw new Error(run.error);
      return run.value;
    });
    expect(new Set([first?.id, second?.id, third?.id]).size).toBe(3);
    expect(task.launched).toHaveLength(1);
    expect(starter.cancel(second?.id ?? '')).toBe(true);
    expect((await second?.ended)?.state).toBe('cancelled');
    task.launched[0]?.end({ state: 'failed', exitCode: 1, signal: null, reason: 'no' });
    expect((await first?.ended)?.reason).toBe('no');
    expect(task.launched).toHaveLength(2);
    expect(task.launched[1]?.spec.runFolder).toBe(third?.id);
    expect(starter.cancel(third?.id ?? '')).toBe(true);
    expect((await third?.ended)?.state).toBe('cancelled');
    expect(starter.cancel(third?.id ?? '')).toBe(false);
  });

  it('keeps each notice once, and the step of the checkpoint', async () => {
    const { starter, plan, task } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    const [run] = task.launched;
    run?.events.notice({ text: 'no path from render to encoder', step: undefined });
    run?.events.notice({ text: 'NaN in image', step: 3 });
    run?.events.notice({ text: 'NaN in image', step: 3 });
    for (let step = 0; step < 100; step += 1) run?.events.notice({ text: 'again', step });
    run?.events.checkpoint(500);
    run?.end({ state: 'failed', exitCode: 0, signal: null });
    const record = await started.value.ended;
    expect(record.notices?.slice(0, 3)).toEqual([
      'no path from render to encoder',
      'Step 3: NaN in image',
      'Step 0: again',
    ]);
    expect(record.notices).toHaveLength(50);
    expect(record.checkpointStep).toBe(500);
  });

  it('resumes a run under its name, with the config in its folder', async () => {
    const { starter, plan, task, catalog } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    const { id } = started.value;
    const resume = async () => starter.resume(catalog.find(id) ?? throwMissing(id));
    expect(await resume()).toMatchObject({ ok: false, error: expect.stringContaining('going on') });
    task.launched[0]?.events.started({ pid: undefined, backend: 'wasm', steps: 600 });
    task.launched[0]?.events.checkpoint(120);
    task.launched[0]?.end({
      state: 'crashed',
      exitCode: null,
      signal: 'SIGKILL',
      reason: 'killed',
    });
    await started.value.ended;
    expect(
      summarizeRun({ ...summaryInput, run: catalog.find(id) ?? throwMissing(id) }),
    ).toMatchObject({ state: 'crashed', resumableFrom: 120 });

    const both = await Promise.all([resume(), resume()]);
    const resumed = both.find(({ ok }) => ok);
    if (!resumed?.ok) throw new Error(JSON.stringify(both));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(task.launched[0]?.spec).toMatchObject({ from: 'start' });
    expect(task.launched[1]?.spec).toMatchObject({
      ...{ from: 'resume', runFolder: id, seed: 3 },
      configPath: join(id, 'config.yaml'),
    });
    // A task may take more steps than the config names; it does so again by itself.
    expect(task.launched[1]?.spec.steps).toBeUndefined();
    const record = await readRecord(id);
    expect(record).toMatchObject({ id: started.value.record.id, checkpointStep: 120, steps: 600 });
    expect(record.reason ?? record.endedAt ?? record.signal).toBeUndefined();
    task.launched[1]?.end({ state: 'finished', exitCode: 0, signal: null });
    expect((await resumed.value.ended).state).toBe('finished');
    expect(await resume()).toMatchObject({ error: expect.stringContaining('has finished') });
  });

  it('resumes a run with the steps that were asked for, whatever its task made of them', async () => {
    const { starter, plan, task, catalog } = setUp();
    const started = await starter.start({ ...plan, steps: 300 });
    if (!started.ok) throw new Error(started.error);
    expect(task.launched[0]?.spec.steps).toBe(300);
    expect(started.value.record.steps).toBe(300);
    task.launched[0]?.events.started({ pid: undefined, backend: 'wasm', steps: 600 });
    task.launched[0]?.events.checkpoint(120);
    task.launched[0]?.end({ state: 'cancelled', exitCode: 0, signal: null });
    expect(await started.value.ended).toMatchObject({ steps: 600 });
    const { id } = started.value;
    expect((await starter.resume(catalog.find(id) ?? throwMissing(id))).ok).toBe(true);
    expect(task.launched[1]?.spec).toMatchObject({ from: 'resume', steps: 300 });
  });

  it('resumes a run whose end is not on the disk yet', async () => {
    const disk = createDiskFiles();
    let isFull = false;
    const { starter, plan, task, catalog } = setUp({
      ...disk,
      writeAtomically: async (path, text) => {
        if (isFull) throw new Error('ENOSPC');
        await disk.writeAtomically(path, text);
      },
    });
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    const { id } = started.value;
    task.launched[0]?.events.checkpoint(5);
    isFull = true;
    task.launched[0]?.end({ state: 'cancelled', exitCode: 0, signal: null });
    expect(await started.value.ended).toMatchObject({ state: 'cancelled' });
    expect(await readRecord(id)).toMatchObject({ state: 'running' });
    isFull = false;
    expect(await starter.resume(catalog.find(id) ?? throwMissing(id))).toMatchObject({ ok: true });
    expect(task.launched).toHaveLength(2);
  });

  it('leaves a run alone that another window has resumed', async () => {
    const { starter, plan, task, catalog } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    task.launched[0]?.events.checkpoint(5);
    task.launched[0]?.end({ state: 'cancelled', exitCode: 0, signal: null });
    const record = await started.value.ended;
    const { id } = started.value;
    const resumeAfter = async (change: Partial<RunRecord>) => {
      await writeFile(join(id, 'run.json'), JSON.stringify({ ...record, ...change }));
      return starter.resume(catalog.find(id) ?? throwMissing(id));
    };
    expect(await resumeAfter({ state: 'running', owner: { pid: process.ppid } })).toMatchObject({
      error: expect.stringContaining('is going on in another window'),
    });
    expect(await resumeAfter({ state: 'finished' })).toMatchObject({
      error: expect.stringContaining('has finished'),
    });
    expect(await resumeAfter({})).toMatchObject({ ok: true });
  });

  it('resumes a run of another machine once its folder has been quiet for minutes', async () => {
    const { starter, plan, task, catalog } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    task.launched[0]?.events.checkpoint(5);
    task.launched[0]?.end({ state: 'cancelled', exitCode: 0, signal: null });
    const record = await started.value.ended;
    const { id } = started.value;
    const owner = { pid: process.pid, host: 'another.machine' };
    await writeFile(join(id, 'run.json'), JSON.stringify({ ...record, state: 'running', owner }));
    const crashed = catalog.putRecord(folder, id, { ...record, state: 'crashed', owner });
    expect(await starter.resume(crashed)).toMatchObject({
      error: expect.stringContaining('is going on in another window'),
    });
    for (const name of await readdir(id)) await utimes(join(id, name), 1000, 1000);
    expect(await starter.resume(crashed)).toMatchObject({ ok: true });
  });

  it('says why a run cannot be resumed', async () => {
    const { starter, plan, task, catalog } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    task.launched[0]?.end({ state: 'failed', exitCode: 0, signal: null });
    const record = await started.value.ended;
    const { id } = started.value;
    const say = async (change: Partial<RunRecord>): Promise<string> => {
      const resumed = await starter.resume(catalog.putRecord(folder, id, { ...record, ...change }));
      return resumed.ok ? 'resumed' : resumed.error;
    };
    expect(await say({})).toMatch(/ended before its first checkpoint/);
    const checkpointStep = 5;
    expect(await say({ checkpointStep, state: 'running' })).toMatch(/is still going on/);
    expect(await say({ checkpointStep, engine: 'command' })).toMatch(/by your own program/);
    const ablation = { id: 'a', variant: 'without-kl' };
    expect(await say({ checkpointStep, ablation })).toMatch(/run the ablation again/);
    await rm(join(id, 'config.yaml'));
    expect(await say({ checkpointStep })).toMatch(/config\.yaml cannot be read/);
  });

  it('fills the placeholders of a command and refuses unknown ones in words', async () => {
    const { starter, plan, command } = setUp();
    const choice = { engine: 'command', cwd: folder, env: {} } as const;
    const good = await starter.start({
      ...plan,
      choice: { ...choice, command: ['python3', 'train.py', '--config', '{config}'] },
    });
    expect(good.ok).toBe(true);
    const spec = command.launched[0]?.spec;
    expect(spec?.engine === 'command' && spec.command[3]).toBe(spec?.configPath);
    const bad = await starter.start({ ...plan, choice: { ...choice, command: ['x', '{confg}'] } });
    expect(bad).toMatchObject({ ok: false });
    expect(bad.ok ? '' : bad.error).toContain('{config}');
  });
});
