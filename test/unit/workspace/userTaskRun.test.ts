import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type {
  CommandLaunch,
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchSpec,
  SlurmLaunch,
  TaskLaunch,
} from '../../../server/src/ablation/launcher.ts';
import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import type { RunPlan } from '../../../server/src/workspace/runPlan.ts';
import { RunQueue } from '../../../server/src/workspace/runQueue.ts';
import { RunStarter } from '../../../server/src/workspace/runStarter.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({ 'tasks/my-task.ts': 'export const terms = {};\n' });
});
afterEach(() => folder[Symbol.dispose]());

/** An engine that does nothing by itself. */
function idle<Spec extends LaunchSpec>(engine: Spec['engine']) {
  const launched: { spec: Spec; events: LaunchEvents; end: (end: LaunchEnd) => void }[] = [];
  const launcher: Launcher<Spec> = {
    engine,
    launch(spec, events) {
      const { promise: ended, resolve: end } = Promise.withResolvers<LaunchEnd>();
      launched.push({ spec, events, end });
      return { cancel: () => undefined, ended };
    },
    dispose() {},
  };
  return { launcher, launched };
}

function setUp() {
  const task = idle<TaskLaunch>('task');
  const command = idle<CommandLaunch>('command');
  const slurm = idle<SlurmLaunch>('command');
  const catalog = new RunCatalog();
  const starter = new RunStarter({
    files: createDiskFiles(),
    catalog,
    queue: new RunQueue(),
    clock: systemClock,
    logger: silentLogger,
    launchers: { task: task.launcher, command: command.launcher, slurm: slurm.launcher },
    training: () => ({ backend: 'auto', probeEvery: 10, checkpointEvery: 100, memoryLimit: 0 }),
  });
  const start = (configText: string, more: Partial<RunPlan> = {}) =>
    starter.start({
      workspaceFolder: folder.root,
      configPath: folder.path('configs/train.yaml'),
      configText,
      choice: { engine: 'task', task: '' },
      seed: 0,
      steps: undefined,
      ...more,
    });
  return { catalog, starter, start, tasks: task.launched, commands: command.launched };
}

const config = 'task: ../tasks/my-task.ts\nloss_weights: {data: 1}\n';

describe('a run of a task of one’s own', () => {
  it('is launched with the module where it lies, and keeps its text', async () => {
    const { start, tasks } = setUp();
    const started = await start(config);
    if (!started.ok) throw new Error(started.error);
    expect(tasks[0]?.spec).toMatchObject({
      modulePath: folder.path('tasks/my-task.ts'),
      from: 'start',
    });
    folder.write('tasks/my-task.ts', 'export const terms = { later: "" };\n');
    const kept = `.counterweight/runs/${started.value.record.id}/task.ts`;
    expect(folder.read(kept)).toBe('export const terms = {};\n');
  });

  it('goes on with the same module, and keeps where it went wrong', async () => {
    const { catalog, starter, start, tasks } = setUp();
    const started = await start(config);
    if (!started.ok) throw new Error(started.error);
    const place = { path: folder.path('tasks/my-task.ts'), line: 3, column: 7 };
    tasks[0]?.events.checkpoint(100);
    tasks[0]?.end({
      state: 'failed',
      exitCode: 0,
      signal: null,
      reason: 'my-task.ts:3:7: no',
      place,
    });
    expect(await started.value.ended).toMatchObject({ state: 'failed', place });
    const run = catalog.find(started.value.id);
    if (!run) throw new Error('the run is not in the catalog');
    expect(await starter.resume(run)).toMatchObject({ ok: true });
    expect(tasks[1]?.spec).toMatchObject({
      modulePath: folder.path('tasks/my-task.ts'),
      from: 'resume',
    });
    expect(catalog.find(started.value.id)?.record).not.toHaveProperty('place');
  });

  it('is not begun without its module', async () => {
    const { start, tasks } = setUp();
    expect(await start(config.replace('my-task', 'my-tsk'))).toEqual({
      ok: false,
      error: `task: there is no file ${folder.path('tasks/my-tsk.ts')}. Did you mean my-task.ts?`,
    });
    expect(tasks).toEqual([]);
  });

  it('is none of a program of one’s own, whatever its config says', async () => {
    const { start, commands } = setUp();
    const choice = { engine: 'command', command: ['train'], cwd: folder.root, env: {} } as const;
    expect(await start('task: ./missing.ts\n', { choice })).toMatchObject({ ok: true });
    expect(commands).toHaveLength(1);
  });
});
