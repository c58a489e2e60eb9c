import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../server/src/base/clock.ts';
import { type RunRecord, runRecordSchema } from '../../server/src/model/run.ts';
import { endLeftovers } from '../../server/src/workspace/leftovers.ts';
import { processOf } from '../../server/src/workspace/owner.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts a program as the launcher of a session does that is gone by now, and waits for its first word. */
async function leave(script: string, runFolder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--eval', script], {
    detached: true,
    env: { ...process.env, COUNTERWEIGHT_RUN_DIR: runFolder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

function recordOf(left: RunRecord['process']): RunRecord {
  return runRecordSchema.parse({
    ...{ schema: 1, id: 'a', engine: 'command', config: 'train.yaml', state: 'running', seed: 0 },
    ...{ startedAt: 1, process: left },
  });
}

const stubborn = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);";

describe('what an earlier session has left of a run', () => {
  it('is ended, even where it does not listen', async () => {
    using workspace = new TemporaryWorkspace();
    const child = await leave(stubborn, workspace.root);
    const ended = once(child, 'exit');
    await endLeftovers(recordOf(processOf(child.pid ?? 0)), workspace.root, systemClock);
    expect((await ended)[1]).toBe('SIGKILL');
  });

  it('is found by its mark where the end came before its id was written', async () => {
    using workspace = new TemporaryWorkspace();
    const folder = workspace.path('größe = 1\n2; "$x"');
    const child = await leave(stubborn, folder);
    const ended = once(child, 'exit');
    await endLeftovers(recordOf(undefined), folder, systemClock);
    expect((await ended)[1]).toBe('SIGKILL');
  });

  it.runIf(process.platform === 'linux')(
    'is nothing that a record names but that was not started for this run',
    async () => {
      using workspace = new TemporaryWorkspace();
      const child = await leave(stubborn, workspace.path('other'));
      await endLeftovers(recordOf(processOf(child.pid ?? 0)), workspace.root, systemClock);
      expect(child.exitCode ?? child.signalCode).toBeNull();
    },
  );

  it('is let alone where the id is another process’s by now, and where it is of another run', async () => {
    using workspace = new TemporaryWorkspace();
    const child = await leave(stubborn, workspace.path('other'));
    const left = { ...processOf(child.pid ?? 0), started: 'long ago' };
    await endLeftovers(recordOf(left), workspace.root, systemClock);
    await endLeftovers(
      recordOf({ ...left, host: 'elsewhere' }),
      workspace.path('other'),
      systemClock,
    );
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});
