import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { processStart } from '../../server/src/ablation/launchers/processTable.ts';
import type { CommandLine } from '../../server/src/protocol/commandLine.ts';
import {
  ablationsMessageSchema,
  requests,
  type Started,
  startedSchema,
} from '../../server/src/protocol/messages.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';
import type { ServerProcess } from './support/serverProcess.ts';

const config = 'loss:\n  recon_weight: 1.0\n  kl_weight: 0.5\n';

/** Says when it begins, and is done when it is told so by a file; a second process comes with it. */
const program = `
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
appendFileSync('began.txt', process.pid + ' ' + child.pid + '\\n');
setInterval(() => {
  if (!existsSync('all-may-end')) return;
  child.kill();
  process.exit(0);
}, 20);
`;

const command = [process.execPath, 'train.mjs', '{config}'];
const files = {
  'train.yaml': config,
  'train.mjs': program,
  'counterweight.yaml': `run:\n  command: ${JSON.stringify(command)}\n`,
};

async function ablationOf(server: LanguageServer) {
  const { ablations } = await server.request(requests.listAblations, null, ablationsMessageSchema);
  return ablations[0];
}

async function states(server: LanguageServer): Promise<string> {
  return ((await ablationOf(server))?.runs ?? []).map(({ state }) => state).join(' ');
}

function began(workspace: TemporaryWorkspace): readonly (readonly number[])[] {
  const lines = workspace.read('began.txt').trim().split('\n');
  return lines.map((line) => line.split(' ').map(Number));
}

/** Whether a process does anything still: nobody may be there to take note of its end. */
const isAlive = (pid: number): boolean => processStart(pid) !== undefined;

const ends = [
  { how: 'is killed', end: ({ pid = 0 }: ServerProcess) => process.kill(pid, 'SIGKILL') },
  { how: 'ends with its window', end: (server: ServerProcess) => server.stop() },
];

describe.each(ends)('an experiment whose server $how', ({ end }) => {
  it('is offered to the next, which ends what was left running and brings it to an end', async () => {
    using workspace = new TemporaryWorkspace(files);
    const confirmed: CommandLine = { command, cwd: workspace.root, env: {} };
    const first = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await first.open(configUri, config);
    const request = { kind: 'without', term: 'kl', seeds: [0, 1] };
    const start = { configUri, request, confirmed };
    const started = await first.until<Started>('the start', async () => {
      const answer = await first.request(requests.startAblation, start, startedSchema);
      return 'id' in answer && answer;
    });
    await first.until('its first run', async () => (await states(first)).startsWith('running'));
    await first.until('its program', () => existsSync(workspace.path('began.txt')));
    const [left = []] = began(workspace);
    await end(first.process);
    await first.process.stop();

    await using second = await LanguageServer.start({ folder: workspace.root });
    const found = await second.until('the experiment', () => ablationOf(second));
    expect(found).toMatchObject({ state: 'crashed', canGoOn: true });
    expect(found.interruptedAt).toBeGreaterThan(Date.now() - 60_000);
    const { id } = found;
    expect(await second.request(requests.resumeAblation, { id }, startedSchema)).toEqual({
      confirm: confirmed,
    });
    const asked = { id, confirmed };
    expect(await second.request(requests.resumeAblation, asked, startedSchema)).toEqual(started);
    await second.until('its run', async () => (await states(second)).startsWith('running'));
    expect(left.filter(isAlive)).toEqual([]);
    workspace.write('all-may-end', '');
    await second.until('its end', async () => (await ablationOf(second))?.state === 'finished');
    expect(await states(second)).toBe('finished finished finished finished');
    expect(began(workspace)).toHaveLength(5);
  }, 60_000);
});

describe('the queue', () => {
  it('is paused, put in another order and cleared, and a later server knows of it', async () => {
    using workspace = new TemporaryWorkspace(files);
    const confirmed: CommandLine = { command, cwd: workspace.root, env: {} };
    const server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, config);
    const start = async (): Promise<string> => {
      const asked = { configUri, request: { kind: 'without', term: 'kl', seeds: [0] }, confirmed };
      const started = await server.until('the start', async () => {
        const answer = await server.request(requests.startAblation, asked, startedSchema);
        return 'id' in answer && answer;
      });
      return started.id;
    };
    const ids = [await start(), await start(), await start()];
    const list = (from = server) =>
      from.request(requests.listAblations, null, ablationsMessageSchema);
    const ranks = async () => {
      const { ablations } = await list();
      return ids.map((id) => ablations.find((ablation) => ablation.id === id)?.rank);
    };
    const ask = (method: string, message: object) => server.request(method, message, z.unknown());
    expect(await ranks()).toEqual([0, 1, 2]);
    await ask(requests.moveAblation, { id: ids[2], to: 'earlier' });
    expect(await ranks()).toEqual([0, 2, 1]);
    await ask(requests.pauseQueue, { paused: true });
    expect((await list()).queue).toEqual({ paused: true, waiting: 5, running: 1 });
    expect(await ask(requests.clearAblation, { id: ids[1] })).toEqual({
      problem: expect.stringContaining('cancel it first'),
    });
    await ask(requests.cancel, { id: ids[1] });
    await server.until('its end', async () =>
      (await list()).ablations.some(({ id, state }) => id === ids[1] && state === 'cancelled'),
    );
    expect(await ask(requests.clearAblation, { id: ids[1] })).toEqual({});
    await server.process.stop();

    await using later = await LanguageServer.start({ folder: workspace.root });
    const known = await later.until('the experiments', async () => {
      const message = await list(later);
      return message.ablations.length > 0 && message;
    });
    expect(known.queue.paused).toBe(true);
    expect(known.ablations.map(({ id, rank }) => [id, rank])).toEqual([
      [ids[2], 1],
      [ids[0], 0],
    ]);
  }, 60_000);
});
