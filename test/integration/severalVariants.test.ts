import { describe, expect, it } from 'vitest';

import type { AblationRequest } from '../../server/src/model/ablationRequest.ts';
import { experimentPlanAnswerSchema } from '../../server/src/protocol/experimentPlan.ts';
import { lossTermsAnswerSchema } from '../../server/src/protocol/lossTerms.ts';
import { requests } from '../../server/src/protocol/messages.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { listAblations, runAblation } from './support/ablations.ts';
import { LanguageServer } from './support/languageServer.ts';
import { smallConfigs } from './support/smallConfigs.ts';

const project = `ablation:
  seeds: [0, 1]
  steps: 27
  metrics: [loss/velocity]
  sets:
    paper:
      - {kind: without, term: render}
      - {kind: strategy, names: [pcgrad]}
`;
const files = { 'train.yaml': smallConfigs['flow-edit'], 'counterweight.yaml': project };

describe('an experiment with several variants', () => {
  it('is offered with what the config has now, and shown before it runs', async () => {
    using workspace = new TemporaryWorkspace(files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    const offered = await server.request(requests.lossTerms, { configUri }, lossTermsAnswerSchema);
    expect(offered.sets).toEqual([{ name: 'paper', requests: 2 }]);
    expect(offered.choices?.mode).toMatchObject({ now: 'joint' });

    const answer = await server.request(
      requests.planAblation,
      { configUri, request: { kind: 'named', name: 'paper' } },
      experimentPlanAnswerSchema,
    );
    const plan = 'plan' in answer ? answer.plan : undefined;
    expect(plan?.lines[0]).toBe('3 configs × 2 seeds (0, 1): 6 runs of 27 steps.');
    expect(plan?.variants.map(({ label }) => label)).toEqual(['without render', 'pcgrad']);
    expect((await listAblations(server)).ablations).toEqual([]);
  });

  it('is marked in counterweight.yaml where the open config cannot run it, until it can', async () => {
    const wrong = project.replace('term: render', 'term: rendre');
    using workspace = new TemporaryWorkspace({ ...files, 'counterweight.yaml': wrong });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('counterweight.yaml');
    await server.open(uri, wrong);
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    expect(server.diagnostics(uri)).toMatchObject([
      {
        code: 'project-set',
        message: expect.stringMatching(/^train\.yaml: There is no loss term "rendre"/),
        range: { start: { line: wrong.split('\n').findIndex((line) => line.includes('rendre')) } },
      },
    ]);
    await server.edit(uri, 'rendre', 'render');
    await server.until('none', () => server.diagnostics(uri).length === 0);
  });

  it('gives up what is behind, and the report says so', async () => {
    using workspace = new TemporaryWorkspace(files);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri('train.yaml');
    await server.open(configUri, workspace.read('train.yaml'));
    const request: AblationRequest = {
      kind: 'sweep',
      weights: { velocity: [0.001, 0.01, 10, 100] },
      halving: {},
    };
    const report = await runAblation(server, { configUri, request }, 120_000);
    const cancelled = report.runs.filter(({ state }) => state === 'cancelled');
    expect(cancelled.length).toBeGreaterThan(0);
    expect(cancelled.every(({ variant }) => variant !== 'baseline')).toBe(true);
    expect(report.verdict.join('\n')).toMatch(
      /velocity = \S+ was stopped early: loss\/velocity was \S+ at step 9 with seed 0/,
    );
  }, 150_000);
});
