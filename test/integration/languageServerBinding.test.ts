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
