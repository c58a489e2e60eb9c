import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LaunchEnd } from '../../../server/src/ablation/launcher.ts';
import type { Logger } from '../../../server/src/base/logger.ts';
import { HostClient } from '../../../server/src/hostClient/hostClient.ts';
import { runIdSchema } from '../../../server/src/model/run.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => folder[Symbol.dispose]());

interface Program {
  /** A CommonJS program in place of the train host. */
  readonly text: string;
  /** Cancels the run once the program has told that it is at a step. */
  readonly cancel?: boolean;
  /** How long it then has until it is killed. */
  readonly cancelMs?: number;
}

/** Runs a program as the train host until it has ended. */
async function runToEnd({ text, cancel = false, cancelMs = 50 }: Program) {
  folder.write('host.cjs', text);
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const logger: Logger = { info: log, warn: log, error: log };
  const checkpoints: number[] = [];
  const client = new HostClient({
    ...{ trainHostPath: folder.path('host.cjs'), nodePath: () => '', cacheFolder: folder.root },
    ...{ logger, patience: { cancelMs, saveMs: 20_000 } },
  });
  const handle = client.launch(
    {
      ...{ engine: 'task', runId: runIdSchema.parse('run'), runFolder: folder.root, seed: 1 },
      ...{ configPath: folder.path('config.yaml'), probeEvery: 10, checkpointEvery: 0 },
      ...{ memoryLimit: 0, from: 'start' },
    },
    {
      submitted: () => undefined,
      started: () => undefined,
      notice: () => undefined,
      checkpoint: (step) => void checkpoints.push(step),
      progress: () => cancel && handle.cancel(),
    },
  );
  const end: LaunchEnd = await handle.ended;
  return { end, checkpoints, logged };
}

const warning = "Warning: Couldn't load Vulkan: libvulkan.so.1";

describe('the end of a train host', () => {
  it('that gave its reason is told in its words alone; stderr goes to the log', async () => {
    const { end, logged } = await runToEnd({
      text: `
        console.error(${JSON.stringify(warning)});
        process.once('message', () =>
          process.send({ type: 'ended', state: 'failed', reason: 'No such task.' }, () => process.exit(0)));`,
    });
    expect(end).toMatchObject({ state: 'failed', reason: 'No such task.' });
    expect(logged).toContain(`The train host wrote to stderr:\n${warning}`);
  });

  it('that gave none is told with the last lines of stderr', async () => {
    const { end } = await runToEnd({
      text: `process.once('message', () => { console.error('it broke'); process.exit(3); });`,
    });
    expect(end.state).toBe('crashed');
    expect(end.reason).toBe(
      'The train host ended with exit code 3 at step 0; its metrics are kept.\nit broke',
    );
  });
});

describe('a train host that is cancelled', () => {
  /** Tells a step, and `then` hears nothing until it ends in order. */
  const deafAfterStep = (then: string): string => `
    process.once('message', () => {
      process.send({ type: 'progress', step: 7, loss: 1 });
      ${then}
      process.send({ type: 'checkpoint', step: 7 });
      process.send({ type: 'ended', state: 'cancelled' }, () => process.exit(0));
    });`;

  it('is killed where it does not listen', async () => {
    const { end, checkpoints } = await runToEnd({ text: deafAfterStep('for (;;);'), cancel: true });
    expect(end).toMatchObject({ state: 'cancelled', signal: 'SIGKILL' });
    expect(checkpoints).toEqual([]);
  });

  it('is left alone while it writes its checkpoint', async () => {
    const text = deafAfterStep(`
      process.send({ type: 'saving' });
      const end = performance.now() + 1500;
      while (performance.now() < end);`);
    const { end, checkpoints } = await runToEnd({ text, cancel: true, cancelMs: 1000 });
    expect(end).toMatchObject({ state: 'cancelled', exitCode: 0 });
    expect(checkpoints).toEqual([7]);
  });
});
