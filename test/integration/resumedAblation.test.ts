import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { processStart } from '../../server/src/ablation/launchers/processTable.ts';
import type { CommandLine } from '../../server/src/protocol/commandLine.ts';
import { requests, startedSchema } from '../../server/src/protocol/messages.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import {
  listAblations,
  openTrainable,
  startAblation,
  untilAblationEnds,
} from './support/ablations.ts';
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

async function newestAblation(server: LanguageServer) {
  return (await listAblations(server)).ablations[0];
}

async function states(server: LanguageServer): Promise<string> {
  return ((await newestAblation(server))?.runs ?? []).map(({ state }) => state).join(' ');
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
    const configUri = await openTrainable(first, workspace);
    const id = await startAblation(first, {
      configUri,
      request: { kind: 'without', term: 'kl', seeds: [0, 1] },
    });
    await first.until('its first run', async () => (await states(first)).startsWith('running'));
    await first.until('its program', () => existsSync(workspace.path('began.txt')));
    const [left = []] = began(workspace);
    await end(first.process);
    await first.process.stop();

    await using second = await LanguageServer.start({ folder: workspace.root });
    const found = await second.until('the experiment', () => newestAblation(second));
    expect(found).toMatchObject({ id, state: 'crashed', canGoOn: true });
    expect(found.interruptedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(await second.request(requests.resumeAblation, { id }, startedSchema)).toEqual({
      confirm: confirmed,
    });
    const asked = { id, confirmed };
    expect(await second.request(requests.resumeAblation, asked, startedSchema)).toEqual({ id });
    await second.until('its run', async () => (await states(second)).startsWith('running'));
    expect(left.filter(isAlive)).toEqual([]);
    workspace.write('all-may-end', '');
    expect(await untilAblationEnds(second, id)).toMatchObject({ state: 'finished' });
    expect(await states(second)).toBe('finished finished finished finished');
    expect(began(workspace)).toHaveLength(5);
  }, 60_000);
});

describe('the queue', () => {
  it('is paused, put in another order and cleared, and a later server knows of it', async () => {
    using workspace = new TemporaryWorkspace(files);
    const server = await LanguageServer.start({ folder: workspace.root });
    const configUri = await openTrainable(server, workspace);
    const start = () =>
      startAblation(server, { configUri, request: { kind: 'without', term: 'kl', seeds: [0] } });
    const ids = [await start(), await start(), await start()] as const;
    const ranks = async () => {
      const { ablations } = await listAblations(server);
      return ids.map((id) => ablations.find((ablation) => ablation.id === id)?.rank);
    };
    const ask = (method: string, message: object) => server.request(method, message, z.unknown());
    expect(await ranks()).toEqual([0, 1, 2]);
    await ask(requests.moveAblation, { id: ids[2], to: 'earlier' });
    expect(await ranks()).toEqual([0, 2, 1]);
    await ask(requests.pauseQueue, { paused: true });
    expect((await listAblations(server)).queue).toEqual({ paused: true, waiting: 5, running: 1 });
    expect(await ask(requests.clearAblation, { id: ids[1] })).toEqual({
      problem: expect.stringContaining('cancel it first'),
    });
    await ask(requests.cancel, { id: ids[1] });
    expect(await untilAblationEnds(server, ids[1])).toMatchObject({ state: 'cancelled' });
    expect(await ask(requests.clearAblation, { id: ids[1] })).toEqual({});
    await server.process.stop();

    await using later = await LanguageServer.start({ folder: workspace.root });
    const known = await later.until('the experiments', async () => {
      const message = await listAblations(later);
      return message.ablations.length > 0 && message;
    });
    expect(known.queue.paused).toBe(true);
    expect(known.ablations.map(({ id, rank }) => [id, rank])).toEqual([
      [ids[2], 1],
      [ids[0], 0],
    ]);
  }, 60_000);
});
