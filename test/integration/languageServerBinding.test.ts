import { describe, expect, it } from 'vitest';

import {
  correctionAnswerSchema,
  termMetricsAnswerSchema,
} from '../../server/src/protocol/bindings.ts';
import { clientCommands } from '../../server/src/protocol/commands.ts';
import { requests } from '../../server/src/protocol/messages.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

const config = 'kl_weight: 1.0\nrecon_weight: 1.0\n';
const log = 'step,divergence,recon_loss\n0,2,1\n1,1,0.5\n2,0.5,0.25\n';

describe('a term whose metric is not found by its name', () => {
  it('is bound to it by one action, in a counterweight.yaml that the editor writes', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': config, 'runs/a/metrics.csv': log });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.yaml');
    await server.open(uri, config);
    await server.until('a hint', async () => (await server.inlayHints(uri)).length === 1);

    const start = server.position(uri, 'kl_weight');
    const actions = await server.codeActions(uri, { start, end: start }, []);
    const argument = { configUri: uri, term: 'kl' };
    expect(actions).toMatchObject([
      { command: { command: clientCommands.bindTerm, arguments: [argument] } },
      { command: { command: clientCommands.bindRuns, arguments: [{ configUri: uri }] } },
    ]);

    const found = await server.request(requests.termMetrics, argument, termMetricsAnswerSchema);
    expect(found.run).toBe('a');
    expect(found.metrics.map(({ name }) => name)).toContain('divergence');

    const correction = { kind: 'metric', term: 'kl', metric: 'divergence' };
    const payload = { configUri: uri, correction };
    const answer = await server.request(requests.correctBinding, payload, correctionAnswerSchema);
    expect(answer).toEqual({
      path: workspace.path('counterweight.yaml'),
      isNew: true,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      newText: 'terms:\n  kl:\n    metric: divergence\n',
    });
    if ('problem' in answer) throw new Error(answer.problem);
    await server.open(workspace.uri('counterweight.yaml'), answer.newText);
    await server.until('a second hint', async () => (await server.inlayHints(uri)).length === 2);
    const hover = await server.hover(uri, start);
    expect(JSON.stringify(hover)).toContain('yaml names it; raw');
  });
});

/** The answer to a correction, as text and as the file that comes of it. */
async function correct(server: LanguageServer, configUri: string, correction: object) {
  const payload = { configUri, correction };
  return await server.request(requests.correctBinding, payload, correctionAnswerSchema);
}

describe('a correction of a counterweight.yaml that is there', () => {
  it('goes to the one above the config, keeps its comments and is undone by editing it', async () => {
    const project = '# ours\ntotal: loss # the sum\n';
    using workspace = new TemporaryWorkspace({
      'configs/train.yaml': config,
      'counterweight.yaml': project,
      'runs/a/metrics.csv': log,
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('configs/train.yaml');
    const hints = async (): Promise<number> => (await server.inlayHints(uri)).length;
    await server.open(uri, config);
    await server.until('a hint', async () => (await hints()) === 1);
    const correction = { kind: 'metric', term: 'kl', metric: 'divergence' };
    const answer = await correct(server, uri, correction);
    expect(answer).toEqual({
      path: workspace.path('counterweight.yaml'),
      isNew: false,
      range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } },
      newText: 'terms:\n  kl:\n    metric: divergence\n',
    });
    if ('problem' in answer) throw new Error(answer.problem);
    const projectUri = workspace.uri('counterweight.yaml');
    await server.open(projectUri, project + answer.newText);
    await server.until('a second hint', async () => (await hints()) === 2);
    await server.edit(projectUri, answer.newText, '');
    await server.until('one hint again', async () => (await hints()) === 1);
  });

  it('is refused, with the reason, where the file cannot be read', async () => {
    using workspace = new TemporaryWorkspace({
      'train.yaml': config,
      'counterweight.yaml': 'terms: {kl: [\n',
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.yaml');
    await server.open(uri, config);
    const answer = await correct(server, uri, { kind: 'logs', path: workspace.path('runs') });
    expect(answer).toMatchObject({
      problem: expect.stringContaining('It has to be mended first.'),
    });
  });

  it('survives a restart, also in the second of two workspace folders', async () => {
    using first = new TemporaryWorkspace({ 'counterweight.yaml': 'terms: {kl: {metric: x}}\n' });
    using second = new TemporaryWorkspace({
      'train.yaml': config,
      'counterweight.yaml': 'terms: {kl: {metric: divergence}}\n',
      'runs/a/metrics.csv': log,
    });
    for (let start = 0; start < 2; start += 1) {
      await using server = await LanguageServer.start({ folder: first.root });
      const added = [{ uri: second.uri(''), name: 'second' }];
      const event = { added, removed: [] };
      await server.notify('workspace/didChangeWorkspaceFolders', { event });
      const uri = second.uri('train.yaml');
      await server.open(uri, config);
      await server.until('both hints', async () => (await server.inlayHints(uri)).length === 2);
    }
  });
});

describe('counterweight.yaml itself', () => {
  it('has a wrong key mended, and its keys explained and completed', async () => {
    const project = 'logz: [runs]\nterms:\n  \n';
    using workspace = new TemporaryWorkspace({
      'train.yaml': config,
      'runs/a/metrics.csv': log,
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, config);
    await server.until('a hint', async () => (await server.inlayHints(configUri)).length === 1);
    const uri = workspace.uri('counterweight.yaml');
    await server.open(uri, project);
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    const [diagnostic] = server.diagnostics(uri);
    expect(diagnostic?.message).toContain('did you mean logs?');
    const start = server.position(uri, 'logz');
    const actions = await server.codeActions(uri, { start, end: start }, [
      ...server.diagnostics(uri),
    ]);
    expect(actions).toMatchObject([
      { title: 'Change to logs', edit: { changes: { [uri]: [{ newText: 'logs' }] } } },
    ]);
    const hover = await server.hover(uri, server.position(uri, 'terms'));
    expect(JSON.stringify(hover)).toContain('What is known of each loss term.');
    const labels = async (line: number, character: number): Promise<readonly string[]> =>
      (await server.completions(uri, { line, character })).map(({ label }) => label);
    expect(await labels(2, 2)).toEqual(['kl', 'recon']);
    await server.edit(uri, '  \n', '  kl:\n    metric: \n');
    expect(await labels(3, 12)).toContain('divergence');
    expect(await labels(4, 0)).toContain('ablation');
  });
});

describe('a run with a copy of its config', () => {
  it('is spoken of with the weights that it was trained with, of a Python program too', async () => {
    const program =
      "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--kl-weight', type=float, default=1.0)\n";
    using workspace = new TemporaryWorkspace({
      'train.py': program,
      'runs/a/args.json': '{"kl_weight": 0.25}\n',
      'runs/a/metrics.csv': 'step,kl_loss\n0,2\n1,1\n',
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.py');
    await server.open(uri, program, 'python');
    const label = await server.until('a hint that is of another weight', async () => {
      const [hint] = await server.inlayHints(uri);
      return hint && JSON.stringify(hint.label).includes('at w = 0.25') ? hint.label : undefined;
    });
    expect(label).toBeDefined();
  });
});
