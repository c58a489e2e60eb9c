import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchSpec,
} from '../../../server/src/ablation/launcher.ts';
import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { runRecordSchema } from '../../../server/src/model/run.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { RunStarter } from '../../../server/src/workspace/runStarter.ts';

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

function setUp() {
  const task = new HandLauncher<Extract<LaunchSpec, { engine: 'task' }>>('task');
  const command = new HandLauncher<Extract<LaunchSpec, { engine: 'command' }>>('command');
  const catalog = new RunCatalog();
  const starter = new RunStarter({
    files: createDiskFiles(),
    catalog,
    clock: systemClock,
    logger: silentLogger,
    launchers: { task, command },
    training: () => ({ backend: 'auto', probeEvery: 10 }),
  });
  const plan = {
    workspaceFolder: folder,
    configPath: join(folder, 'configs', 'train.yaml'),
    configText: 'task: flow-edit\n',
    choice: { engine: 'task', task: 'flow-edit' },
    seed: 3,
    steps: undefined,
  } as const;
  return { task, command, catalog, starter, plan };
}

const readRecord = async (id: string) =>
  runRecordSchema.parse(JSON.parse(await readFile(join(id, 'run.json'), 'utf8')));

describe('RunStarter', () => {
  it('keeps config and record in a folder that git ignores', async () => {
    const { starter, plan, task } = setUp();
    const started = await starter.start(plan);
    if (!started.ok) throw new Error(started.error);
    task.launched[0]?.events.started({ pid: 1, backend: 'wasm', steps: 600 });
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
