import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { notifications, requests, startedSchema } from '../../server/src/protocol/messages.ts';
import { runProgressSchema, runsMessageSchema } from '../../server/src/protocol/runs.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

const config = `
task: flow-edit
steps: 4000
batch_size: 16
model:
  transformer: {editor: {width: 8}}
  renderer: {width: 8}
`;

async function findRun(server: LanguageServer, id: string) {
  const { runs } = await server.request(requests.listRuns, null, runsMessageSchema);
  return runs.find((run) => run.id === id);
}

async function resume(server: LanguageServer, id: string) {
  return server.request(requests.resumeRun, { id }, startedSchema);
}

/** Waits until the run is in this state, and beyond this step while it runs. */
function untilRun(server: LanguageServer, id: string, state: string, beyond = 0) {
  return server.until(`the run to be ${state}`, async () => {
    const run = await findRun(server, id);
    return run?.state === state && (run.step ?? 0) > beyond && run;
  });
}

describe('a training that was cancelled', () => {
  it('is resumed as the same run, and its metrics go on', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': config });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, config);
    const started = await server.request(requests.startRun, { configUri }, startedSchema);
    const id = 'id' in started ? started.id : JSON.stringify(started);
    await untilRun(server, id, 'running', 25);
    expect(await resume(server, id)).toEqual({ problem: expect.stringContaining('going on') });
    await server.request(requests.cancel, { id }, z.null());
    const cancelled = await untilRun(server, id, 'cancelled');
    expect(cancelled.resumableFrom).toBeGreaterThan(25);
    // Its end is told at once, and with it that it can go on: the list comes up to half a second later.
    const ends = server
      .received(notifications.runProgress, runProgressSchema)
      .filter(({ state }) => state === 'cancelled');
    expect(ends.map((end) => end.resumableFrom)).toEqual([cancelled.resumableFrom]);
    // An edit of the config is for the next run: this one goes on with its own copy.
    workspace.write('train.yaml', config.replace('width: 8', 'width: 12'));
    expect(await resume(server, id)).toEqual({ id });
    await untilRun(server, id, 'running', (cancelled.resumableFrom ?? 0) + 5);
    await server.request(requests.cancel, { id }, z.null());
    const again = await untilRun(server, id, 'cancelled');
    expect(again.resumableFrom).toBeGreaterThan(cancelled.resumableFrom ?? 0);
    const steps = workspace
      .read(`.counterweight/runs/${again.name}/metrics.jsonl`)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => z.object({ step: z.number() }).parse(JSON.parse(line)).step);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
  });
});

describe('a training whose window is gone', () => {
  const folder = '.counterweight/runs/20261121-100000-train';
  const record = {
    ...{ schema: 1, id: '20261121-100000-train', engine: 'task', config: 'train.yaml' },
    ...{ state: 'running', seed: 1, startedAt: 1, owner: { pid: 2 ** 22 + 1 } },
  };

  it('is offered from the checkpoint that its train host left', async () => {
    using workspace = new TemporaryWorkspace({
      'train.yaml': config,
      [`${folder}/run.json`]: JSON.stringify(record),
      [`${folder}/checkpoint.json`]: JSON.stringify({ schema: 1, step: 120 }),
      [`${folder}/config.yaml`]: config,
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const id = workspace.path(folder);
    const run = await untilRun(server, id, 'crashed', -1);
    expect(run.resumableFrom).toBe(120);
    expect(await resume(server, id)).toEqual({ id });
    const failed = await untilRun(server, id, 'failed', -1);
    expect(failed.reason).toMatch(/^The run cannot be resumed\. checkpoint\.json is damaged: /);
  });

  it('is not resumed where the workspace is not trusted', async () => {
    using workspace = new TemporaryWorkspace({
      [`${folder}/run.json`]: JSON.stringify({ ...record, checkpointStep: 120 }),
      [`${folder}/config.yaml`]: config,
    });
    await using server = await LanguageServer.start({ folder: workspace.root, trusted: false });
    const id = workspace.path(folder);
    await untilRun(server, id, 'crashed', -1);
    expect(await resume(server, id)).toEqual({ problem: expect.stringContaining('not trusted') });
  });
});
