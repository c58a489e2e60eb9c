import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { CommandLine } from '../../server/src/protocol/commandLine.ts';
import { notifications, requests, startedSchema } from '../../server/src/protocol/messages.ts';
import { trendsMessageSchema } from '../../server/src/protocol/panels/trends.ts';
import { runProgressSchema, runsMessageSchema } from '../../server/src/protocol/runs.ts';
import { type SmallProgram, smallPrograms } from '../support/smallProgram.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { findAblation, openTrainable, runAblation, startAblation } from './support/ablations.ts';
import { hintLabels } from './support/editorWords.ts';
import { LanguageServer } from './support/languageServer.ts';

/** What the user is shown of a program before it runs. */
function lineOf({ command }: SmallProgram, { root }: TemporaryWorkspace): CommandLine {
  return { command: [...command], cwd: root, env: {} };
}

/** Starts a run as the extension does: with the command line that the user has agreed to. */
async function startRun(
  server: LanguageServer,
  configUri: string,
  workspace: TemporaryWorkspace,
  program: SmallProgram,
): Promise<string> {
  const asked = { configUri, confirmed: lineOf(program, workspace) };
  const started = await server.request(requests.startRun, asked, startedSchema);
  if (!('id' in started)) throw new Error(`Not started: ${JSON.stringify(started)}`);
  return started.id;
}

async function findRun(server: LanguageServer, id: string) {
  const { runs } = await server.request(requests.listRuns, null, runsMessageSchema);
  return runs.find((run) => run.id === id);
}

/** The last word of the progress notifications on a run. */
function lastProgress(server: LanguageServer, id: string) {
  return server
    .received(notifications.runProgress, runProgressSchema)
    .findLast((progress) => progress.runId === id);
}

describe("the user's own program", () => {
  it('is known as soon as its config is open', async () => {
    const program = smallPrograms.trainsWell;
    using workspace = new TemporaryWorkspace(program.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    const answer = await server.request(requests.startRun, { configUri }, startedSchema);
    expect(answer).toEqual({ confirm: lineOf(program, workspace) });
  });

  it('is run only when the user has seen its command line', async () => {
    const program = smallPrograms.trainsWell;
    using workspace = new TemporaryWorkspace(program.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = await openTrainable(server, workspace);
    const ask = (confirmed: CommandLine | undefined) =>
      server.request(requests.startRun, { configUri, confirmed }, startedSchema);
    const confirm = lineOf(program, workspace);
    expect(await ask(undefined)).toEqual({ confirm });
    expect(await ask({ ...confirm, command: ['another', 'command'] })).toEqual({ confirm });
    expect(await ask({ ...confirm, env: { PATH: './bin' } })).toEqual({ confirm });
    const { runs } = await server.request(requests.listRuns, null, runsMessageSchema);
    expect(runs).toEqual([]);
  });

  it('trains, and its metrics stand on the lines of the config', async () => {
    using workspace = new TemporaryWorkspace(smallPrograms.trainsWell.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openTrainable(server, workspace);
    const id = await startRun(server, uri, workspace, smallPrograms.trainsWell);
    const run = await server.until('the run to end with all its points', async () => {
      const found = await findRun(server, id);
      return found?.state === 'finished' && found.points === 120 && found;
    });
    expect(run).toMatchObject({ engine: 'command', configUris: [uri] });
    expect(lastProgress(server, id)).toMatchObject({ state: 'finished', configUri: uri });
    await server.until('both hints', async () => (await hintLabels(server, uri)).length === 2);
    expect(await hintLabels(server, uri)).toEqual([
      expect.stringContaining('0.025'),
      expect.stringContaining('0.05'),
    ]);
  });

  it('that fails at once leaves its last words, its exit code and a failed run', async () => {
    using workspace = new TemporaryWorkspace(smallPrograms.failsAtOnce.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openTrainable(server, workspace);
    const id = await startRun(server, uri, workspace, smallPrograms.failsAtOnce);
    const progress = await server.until('the failure', () => {
      const last = lastProgress(server, id);
      return last?.state === 'failed' && last;
    });
    expect(progress.reason).toContain('no module named flows');
    expect(progress.reason).toContain('7');
    expect(await findRun(server, id)).toMatchObject({ state: 'failed', reason: progress.reason });
    await server.notify(notifications.trendsView, { configUri: uri, open: true, pixels: 800 });
    const [trends] = await server.until('the trends', () => {
      const told = server.received(notifications.trends, trendsMessageSchema);
      return told.length > 0 && told;
    });
    expect(trends).toMatchObject({ empty: 'This run has no values of these losses.' });
  });

  it('is stopped by Cancel within a second and keeps its metrics', async () => {
    using workspace = new TemporaryWorkspace(smallPrograms.neverEnds.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openTrainable(server, workspace);
    const id = await startRun(server, uri, workspace, smallPrograms.neverEnds);
    await server.until('points', async () => ((await findRun(server, id))?.points ?? 0) > 5);
    const asked = performance.now();
    await server.request(requests.cancel, { id }, z.null());
    await server.until('the end', () => lastProgress(server, id)?.state === 'cancelled');
    expect(performance.now() - asked).toBeLessThan(1500);
    expect((await findRun(server, id))?.points).toBeGreaterThan(5);
    expect(existsSync(workspace.path('.counterweight/.gitignore'))).toBe(true);
  });
});

describe('an ablation', () => {
  it('compares the baseline with the variant and says what the term does', async () => {
    const program = smallPrograms.trainsWell;
    using workspace = new TemporaryWorkspace(program.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openTrainable(server, workspace);
    const report = await runAblation(server, {
      configUri: uri,
      request: { kind: 'without', term: 'render' },
    });
    expect(report.variants.map(({ label }) => label)).toEqual(['baseline', 'without render']);
    expect(report.verdict.join('\n')).toContain('render');
    const psnr = report.rows.find((row) => row.metric.endsWith('psnr'));
    const [baseline, without] = psnr?.cells ?? [];
    expect(Number(baseline?.mean)).toBeGreaterThan(29);
    expect(Number(without?.mean)).toBeLessThan(21);
    expect(workspace.read('train.yaml')).toBe(program.files['train.yaml']);
  });

  it('is cancelled with all its runs, also those that wait', async () => {
    const program = smallPrograms.neverEnds;
    using workspace = new TemporaryWorkspace(program.files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = await openTrainable(server, workspace);
    const id = await startAblation(server, {
      configUri,
      request: { kind: 'without', term: 'render', seeds: [0, 1] },
    });
    const states = async () => {
      const found = await findAblation(server, id);
      return [found?.state, ...(found?.runs.map(({ state }) => state) ?? [])];
    };
    await server.until('its first run', async () => (await states())[1] === 'running');
    expect(await states()).toEqual(['running', 'running', 'queued', 'queued', 'queued']);
    await server.request(requests.cancel, { id }, z.null());
    await server.until('its end', async () => (await states())[0] === 'cancelled');
    expect(await states()).toEqual(Array.from({ length: 5 }, () => 'cancelled'));
  });
});
