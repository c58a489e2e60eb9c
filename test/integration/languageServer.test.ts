import { describe, expect, it } from 'vitest';

import { clientCommands } from '../../server/src/protocol/commands.ts';
import { lossTermsAnswerSchema } from '../../server/src/protocol/lossTerms.ts';
import { notifications, requests, startedSchema } from '../../server/src/protocol/messages.ts';
import { trendsMessageSchema } from '../../server/src/protocol/panels/trends.ts';
import { type RunSummary, runsMessageSchema } from '../../server/src/protocol/runs.ts';
import {
  eventFile,
  eventRecord,
  flowConfig,
  jsonLine,
  jsonLines,
} from '../support/otherProgram.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { hintLabels, hoverText, lensTitles } from './support/editorWords.ts';
import { LanguageServer } from './support/languageServer.ts';

const config = 'train.yaml';
const jsonLog = 'logs/metrics.jsonl';

/** Opens the config and waits until its lines show what `hint` says. */
async function openWithHint(
  server: LanguageServer,
  workspace: TemporaryWorkspace,
  hint: string,
): Promise<string> {
  const uri = workspace.uri(config);
  await server.open(uri, workspace.read(config));
  await untilHint(server, uri, hint);
  return uri;
}

async function untilHint(server: LanguageServer, uri: string, hint: string): Promise<void> {
  await server.until(`a hint with "${hint}"`, async () =>
    (await hintLabels(server, uri)).some((label) => label.includes(hint)),
  );
}

async function listRuns(server: LanguageServer): Promise<readonly RunSummary[]> {
  return (await server.request(requests.listRuns, null, runsMessageSchema)).runs;
}

describe('on logs of another program', () => {
  it('shows the values of each term on its line, live, with lens and hover', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: jsonLines(40) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openWithHint(server, workspace, '1.04');

    const hints = await server.inlayHints(uri);
    const lines = ['velocity_loss_weight', 'render_loss_weight'].map(
      (key) => server.position(uri, key).line,
    );
    expect(hints.map((hint) => hint.position.line)).toEqual(lines);
    expect(await hintLabels(server, uri)).toEqual([
      expect.stringContaining('1.04'),
      expect.stringContaining('3.04'),
    ]);

    const hover = await hoverText(server, uri, server.position(uri, 'velocity_loss_weight', 3));
    expect(hover).toContain('velocity');
    expect(hover).toContain('train/velocity_loss');
    expect(hover).toContain('metrics.jsonl');

    const titles = await lensTitles(server, uri);
    expect(titles.join('\n')).toMatch(/without/);
    const commands = (await server.codeLenses(uri)).map((lens) => lens.command?.command);
    expect(commands).toContain(clientCommands.ablate);
    expect(commands).toContain(clientCommands.openTrends);

    const since = server.arrivals.length;
    workspace.append(jsonLog, jsonLine(41));
    // Not asked for meanwhile: who has the new hints already is not told to ask again.
    for (const method of ['workspace/inlayHint/refresh', 'workspace/codeLens/refresh']) {
      await server.until(method, () => server.arrived(method, since).length > 0);
    }
    await untilHint(server, uri, '1.041');
  });

  it('reads TensorBoard event files as they grow', async () => {
    const log = 'logs/events.out.tfevents.1700000000.host.1.0';
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [log]: eventFile(30) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openWithHint(server, workspace, '1.03');
    workspace.append(log, eventRecord(31));
    await untilHint(server, uri, '1.031');
    expect(await hintLabels(server, uri)).toHaveLength(2);
  });

  it('finds logs that appear after the start', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig() });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri(config);
    await server.open(uri, workspace.read(config));
    const { terms } = await server.request(
      requests.lossTerms,
      { configUri: uri },
      lossTermsAnswerSchema,
    );
    expect(terms.map(({ name, weight }) => [name, weight])).toEqual([
      ['velocity', 1],
      ['render', 0.5],
    ]);
    expect(await server.inlayHints(uri)).toEqual([]);
    workspace.write(jsonLog, jsonLines(5));
    await untilHint(server, uri, '1.005');
  });

  it('feeds the trends panel with a snapshot and then with each point', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: jsonLines(20) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openWithHint(server, workspace, '1.02');
    await server.notify(notifications.trendsView, { configUri: uri, open: true, pixels: 800 });
    const snapshot = await server.until('a snapshot with a run', () =>
      server
        .received(notifications.trends, trendsMessageSchema)
        .find((message) => message.type === 'snapshot' && message.runId !== undefined),
    );
    expect(snapshot).toMatchObject({ configUri: uri, configName: expect.stringMatching('train') });
    const curves = snapshot.type === 'snapshot' ? snapshot.charts.flatMap((c) => c.curves) : [];
    const velocity = curves.find((curve) => curve.metric === 'loss/velocity');
    expect(velocity?.steps).toHaveLength(20);
    expect(velocity?.values.at(-1)).toBe(1.02);

    workspace.append(jsonLog, jsonLine(21));
    const appended = await server.until('the new point', () =>
      server
        .received(notifications.trends, trendsMessageSchema)
        .flatMap((message) => (message.type === 'append' ? message.points : []))
        .find((points) => points.metric === 'loss/velocity' && points.steps.at(-1) === 21),
    );
    expect(appended.values.at(-1)).toBe(1.021);
  });
});

describe('findings', () => {
  it('warn of a loss that is not a number, on its weight, and go when the term does', async () => {
    const nan = { 'train/velocity_loss': Number.NaN, 'train/render_loss': 3.5 };
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: jsonLines(40) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openWithHint(server, workspace, '1.04');
    expect(server.diagnostics(uri)).toEqual([]);

    workspace.append(jsonLog, jsonLine(41, nan));
    const [diagnostic] = await server.until('a diagnostic', () => {
      const found = server.diagnostics(uri);
      return found.length > 0 && found;
    });
    expect(diagnostic).toMatchObject({
      range: {
        start: server.position(uri, '1.0'),
        end: server.position(uri, '1.0', 3),
      },
      source: expect.stringMatching(/counterweight/i),
      message: expect.stringMatching(/NaN/),
    });
    expect(JSON.stringify(diagnostic)).toContain('R11');
  });

  it('say that a weight is not a number', async () => {
    const text = flowConfig({ velocity: 'one' });
    using workspace = new TemporaryWorkspace({ [config]: text });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri(config);
    await server.open(uri, text);
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    expect(server.diagnostics(uri)).toMatchObject([
      {
        range: { start: server.position(uri, 'one'), end: server.position(uri, 'one', 3) },
        message: expect.stringMatching(/number/),
      },
    ]);
    await server.edit(uri, 'one', '1.5');
    await server.until('it to go', () => server.diagnostics(uri).length === 0);
  });
});

describe('bad input', () => {
  it('keeps the last good evidence while the config does not parse', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: jsonLines(40) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = await openWithHint(server, workspace, '1.04');
    await server.edit(uri, 'seed: 7', 'seed: [7');
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    const [problem] = server.diagnostics(uri);
    expect(problem?.severity).toBe(1);
    expect(problem?.message).not.toBe('');
    expect(await hintLabels(server, uri)).toHaveLength(2);

    await server.edit(uri, 'seed: [7', 'seed: 7');
    await server.until('it to go', () => server.diagnostics(uri).length === 0);
    expect(await hintLabels(server, uri)).toHaveLength(2);
  });

  it('counts the lines of a log that are not JSON and reads on', async () => {
    const log = `${jsonLines(10)}Epoch 1 done\n{"step": \n${jsonLines(20, 11)}`;
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: log });
    await using server = await LanguageServer.start({ folder: workspace.root });
    await openWithHint(server, workspace, '1.02');
    const runs = await listRuns(server);
    expect(runs).toMatchObject([{ engine: 'watched', skipped: { count: 2 } }]);
    expect(runs[0]?.skipped.examples.length).toBeGreaterThan(0);
    expect(runs[0]?.configUris).toEqual([workspace.uri(config)]);
  });

  it('is answered for a config without a workspace folder', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig() });
    await using server = await LanguageServer.start();
    const uri = workspace.uri(config);
    await server.open(uri, workspace.read(config));
    const answer = await server.request(requests.startRun, { configUri: uri }, startedSchema);
    expect(answer).toEqual({ problem: expect.stringMatching(/folder/) });
  });

  it('leaves the server up when a question is about a file that is not there', async () => {
    using workspace = new TemporaryWorkspace({ [config]: flowConfig(), [jsonLog]: jsonLines(3) });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const gone = workspace.uri('gone.yaml');
    expect(await server.hover(gone, { line: 3, character: 1 })).toBeNull();
    expect(await server.inlayHints(gone)).toEqual([]);
    expect(await server.codeLenses(gone)).toEqual([]);
    const answer = await server.request(requests.startRun, { configUri: gone }, startedSchema);
    expect(answer).toEqual({ problem: expect.any(String) });
    await openWithHint(server, workspace, '1.003');
  });
});

describe('trust', () => {
  it('is needed to run, not to read', async () => {
    using workspace = new TemporaryWorkspace({
      [config]: flowConfig(),
      [jsonLog]: jsonLines(30),
      'counterweight.yaml': 'run:\n  command: ["python3", "train.py"]\n',
    });
    await using server = await LanguageServer.start({ folder: workspace.root, trusted: false });
    const uri = await openWithHint(server, workspace, '1.03');
    const started = await server.request(requests.startRun, { configUri: uri }, startedSchema);
    expect(started).toEqual({ problem: expect.stringMatching(/trust/i) });
    const request = { kind: 'without', term: 'render' };
    const ablation = await server.request(
      requests.startAblation,
      { configUri: uri, request },
      startedSchema,
    );
    expect(ablation).toEqual({ problem: expect.stringMatching(/trust/i) });
  });
});
