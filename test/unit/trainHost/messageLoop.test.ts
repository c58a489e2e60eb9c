import { existsSync, mkdirSync, rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { fromTrainHostSchema } from '../../../server/src/protocol/trainHost.ts';
import { readCheckpoint } from '../../../server/src/trainHost/checkpointFile.ts';
import { serveParent } from '../../../server/src/trainHost/messageLoop.ts';
import type { OutgoingMessage } from '../../../server/src/trainHost/trainOnce.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({
    'config.yaml': 'task: flow-edit\nbatch_size: 4\nmodel: {renderer: {width: 4}}\n',
  });
});
afterEach(() => folder[Symbol.dispose]());

function order(change: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'train',
    ...{ runId: 'run', runFolder: folder.root, configPath: folder.path('config.yaml') },
    ...{ seed: 1, steps: 40, backend: 'cpu', probeEvery: 10, cacheFolder: folder.root },
    ...{ checkpointEvery: 0, memoryLimit: 1000, resume: false },
    ...change,
  };
}

/** Serves one message in this process and gives all that the parent was told. */
async function serve(
  message: unknown,
  resident: (told: readonly OutgoingMessage[]) => number = () => 0,
): Promise<readonly OutgoingMessage[]> {
  const told: OutgoingMessage[] = [];
  await serveParent(
    {
      async send(outgoing) {
        expect(fromTrainHostSchema.safeParse(outgoing).success).toBe(true);
        told.push(outgoing);
      },
      onMessage: (listener) => void setImmediate(listener, message),
      onDisconnect: () => undefined,
    },
    { clock: systemClock, resident: () => resident(told) },
  );
  return told;
}

const lastStep = (told: readonly OutgoingMessage[]): number =>
  told.reduce((step, message) => (message.type === 'progress' ? message.step : step), 0);

describe('the loop of the train host', () => {
  it('refuses what it does not know, in words', async () => {
    const { seed: _, ...incomplete } = order();
    for (const message of ['train', { type: 'dance' }, incomplete]) {
      const [ended] = await serve(message);
      expect(ended).toMatchObject({ type: 'ended', state: 'failed' });
      expect(ended && 'reason' in ended && ended.reason).toMatch(/a message that it does not know/);
    }
  });

  it('ends a run that takes too much memory after the step it is at, and keeps a checkpoint', async () => {
    const mebibyte = 2 ** 20;
    const told = await serve(order(), (soFar) => (lastStep(soFar) < 7 ? 10 : 1001) * mebibyte);
    expect(told.at(-1)).toEqual({
      type: 'ended',
      state: 'failed',
      reason: expect.stringMatching(
        /^The training took 1001 MiB of memory, where 1000 MiB are allowed, and was ended after step 7;/,
      ),
    });
    expect(folder.read('metrics.jsonl').trim().split('\n')).toHaveLength(1 + 7);
    expect(told).toContainEqual({ type: 'checkpoint', step: 7 });
    const kept = readCheckpoint(folder.root);
    expect(kept.ok && kept.value.checkpoint.step).toBe(7);
  });

  it('does not begin where the memory is taken already', async () => {
    const told = await serve(order(), () => 2 ** 40);
    expect(told.map(({ type }) => type)).toEqual(['ended']);
    expect(told[0]).toMatchObject({ reason: expect.stringContaining('before its first step') });
    expect(existsSync(folder.path('metrics.jsonl'))).toBe(false);
  });

  it('goes on without a checkpoint where it cannot be written', async () => {
    folder.write('checkpoint.json/in-the-way', '');
    const told = await serve(order({ checkpointEvery: 10 }));
    expect(told.at(-1)).toEqual({ type: 'ended', state: 'finished' });
    const notices = told.filter(({ type }) => type === 'notice');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({
      step: 10,
      text: expect.stringMatching(/^No checkpoint could be written in .*The run goes on\.$/),
    });
  });

  it('tells once that its folder is gone', async () => {
    const runFolder = folder.path('run');
    mkdirSync(runFolder);
    const told = await serve(order({ runFolder, checkpointEvery: 10 }), (soFar) => {
      if (lastStep(soFar) >= 5) rmSync(runFolder, { recursive: true, force: true });
      return 0;
    });
    const types = told.map(({ type }) => type).filter((type) => /saving|notice/.test(type));
    expect(types).toEqual(['saving', 'notice', 'saving', 'saving']);
    expect(told.find(({ type }) => type === 'notice')).toMatchObject({
      text: 'No checkpoint could be written in the folder of the run: ENOENT: no such file or directory. The run goes on.',
    });
  });

  it('says why a run cannot be resumed', async () => {
    const [ended] = await serve(order({ resume: true }));
    expect(ended).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(
        /^The run cannot be resumed\. There is no checkpoint\.json in /,
      ),
    });
  });
});
