import { describe, expect, it } from 'vitest';

import { clientCommands } from '../../server/src/protocol/commands.ts';
import { requests, startedSchema } from '../../server/src/protocol/messages.ts';
import { readyExperimentsAnswerSchema } from '../../server/src/protocol/readyExperiments.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { runAblation } from './support/ablations.ts';
import { LanguageServer } from './support/languageServer.ts';
import { smallConfigs } from './support/smallConfigs.ts';

const project = 'ablation:\n  seeds: [0, 1]\n  steps: 12\n';
const files = { 'train.yaml': smallConfigs['flow-edit'], 'counterweight.yaml': project };

describe('a ready-made experiment', () => {
  it('is offered on the line of the task, runs all variants and compares them', async () => {
    using workspace = new TemporaryWorkspace(files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    const lens = (await server.codeLenses(configUri)).find(
      ({ command }) => command?.command === clientCommands.runExperiment,
    );
    expect(lens?.range.start.line).toBe(1);
    expect(lens?.command?.arguments).toEqual([{ configUri }]);

    const { experiments } = await server.request(
      requests.readyExperiments,
      { configUri },
      readyExperimentsAnswerSchema,
    );
    const sampling = experiments.find(({ name }) => name === 'time-sampling');
    expect(sampling).toMatchObject({ variants: 4, runs: 8 });

    const report = await runAblation(
      server,
      { configUri, request: { kind: 'ready', name: 'time-sampling' } },
      120_000,
    );
    const labels = report.variants.map(({ label }) => label);
    expect(labels[0]).toBe('baseline');
    expect(labels.slice(1).sort()).toEqual(['cosmap', 'logit-normal', 'mode']);
    expect(report.question).toMatch(/Where on the path/);
    expect(report.verdict[0]).toMatch(/^On psnr\S*, of 3 variants .*corrected by Holm\)\.$/);
    const cells = report.rows[0]?.cells ?? [];
    expect(cells.filter(({ adjusted }) => adjusted !== undefined)).toHaveLength(3);
    expect(workspace.read('train.yaml')).toBe(files['train.yaml']);
  }, 150_000);

  it('that is not there is answered with those that are', async () => {
    using workspace = new TemporaryWorkspace(files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    const answer = await server.request(
      requests.startAblation,
      { configUri, request: { kind: 'ready', name: 'grid' } },
      startedSchema,
    );
    expect(answer).toEqual({
      problem: expect.stringMatching(/no experiment "grid".*time-sampling/),
    });
  });
});
