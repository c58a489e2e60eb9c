import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

import { probeFileName } from '../../extension/src/probe/probeFile.ts';
import { probeLines } from '../../extension/src/probe/probeLines.ts';
import { fillPlaceholders } from '../../server/src/ablation/launchers/placeholders.ts';
import { projectFileSchema } from '../../server/src/model/projectFile.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { findTorchPython, needingTorch } from '../support/torchPython.ts';
import { runAblation } from './support/ablations.ts';
import { LanguageServer } from './support/languageServer.ts';

const root = resolve(import.meta.dirname, '..', '..');
const cli = resolve('dist', 'cli.cjs');
const python = findTorchPython();
const execute = promisify(execFile);

interface Example {
  readonly folder: string;
  readonly config: string;
  /** In the order of the config. */
  readonly terms: readonly string[];
  /** What makes a few steps of it, each of them measured. */
  readonly fewSteps: readonly (readonly [from: string, to: string])[];
}

const vae: Example = {
  folder: 'pytorch-vae',
  config: 'train.yaml',
  terms: ['recon', 'kl', 'perceptual'],
  fewSteps: [
    ['steps: 3000', 'steps: 30'],
    ['probe_every: 50', 'probe_every: 1'],
  ],
};

const gan: Example = {
  folder: 'pytorch-gan',
  config: 'train.py',
  terms: ['adversarial', 'feature_matching', 'reconstruction', 'gradient_penalty'],
  fewSteps: [
    ['"--steps", type=int, default=1500', '"--steps", type=int, default=30'],
    ['"--probe-every", type=int, default=10', '"--probe-every", type=int, default=1'],
  ],
};

const multitask: Example = {
  folder: 'pytorch-multitask',
  config: 'train.json',
  terms: ['class', 'depth', 'reconstruction'],
  fewSteps: [
    ['"steps": 1500', '"steps": 30'],
    ['"probe_every": 10', '"probe_every": 1'],
  ],
};

const examples = [vae, gan, multitask];

/** A workspace with a copy of the example that takes a few steps only. */
function workspaceOf({ folder, config, fewSteps }: Example): TemporaryWorkspace {
  const workspace = new TemporaryWorkspace();
  cpSync(join(root, 'examples', folder), workspace.root, { recursive: true });
  const text = workspace.read(config);
  for (const [from] of fewSteps) expect(text).toContain(from);
  workspace.write(
    config,
    fewSteps.reduce((changed, [from, to]) => changed.replace(from, to), text),
  );
  workspace.write('counterweight.yaml', withTorchPython(workspace.read('counterweight.yaml')));
  return workspace;
}

function withTorchPython(project: string): string {
  return project.replace('command: ["python3"', `command: [${JSON.stringify(python)}`);
}

/** Trains as the example's counterweight.yaml says; gives what was printed. */
async function train(workspace: TemporaryWorkspace, config: string): Promise<string> {
  const { run } = projectFileSchema.parse(parseYaml(workspace.read('counterweight.yaml')));
  const values = { config: workspace.path(config), run_dir: workspace.path('runs/one'), seed: 0 };
  const command = fillPlaceholders(run?.command ?? [], values);
  if (!command.ok) throw new Error(command.error);
  const [program = '', ...args] = command.value;
  const env = { ...process.env, ...run?.env };
  return (await execute(program, args, { cwd: workspace.root, env })).stdout;
}

const reportSchema = z.object({
  run: z.string().nullable(),
  notices: z.array(z.string()),
  logProblems: z.array(z.unknown()),
  terms: z.array(z.object({ name: z.string(), evidence: z.string() })),
});

/** What `counterweight check --json` says; it ends with 1 where it also warns. */
async function check(path: string): Promise<z.infer<typeof reportSchema>> {
  const printed = await execute(process.execPath, [cli, 'check', path, '--json']).catch(
    (failure: { readonly stdout: string }) => failure,
  );
  return reportSchema.parse(JSON.parse(printed.stdout));
}

describe('the PyTorch examples', () => {
  it.each(examples)('$folder has the probe that the command adds', ({ folder }) => {
    const carried = join(root, 'python', probeFileName);
    const place = join(root, 'examples', folder, probeFileName);
    if (process.env.UPDATE_GOLDENS === '1') cpSync(carried, place);
    expect(readFileSync(place, 'utf8')).toBe(readFileSync(carried, 'utf8'));
  });
});

describe.skipIf(!python)(needingTorch('the PyTorch examples, trained', python), () => {
  it.each(examples)('$folder shows the gradients of every loss on its line', async (example) => {
    using workspace = workspaceOf(example);
    expect(await train(workspace, example.config)).toMatch(/^step 30: /);
    const report = await check(workspace.path(example.config));
    expect(report).toMatchObject({ run: 'one', notices: [], logProblems: [] });
    expect(report.terms.map(({ name }) => name)).toEqual(example.terms);
    for (const { evidence } of report.terms) {
      expect(evidence).toMatch(/^grad [\d.]+ % · cos −?[01]\.\d\d/);
    }
  });

  it('pytorch-gan is ablated, although its weights are options of the script itself', async () => {
    using workspace = workspaceOf(gan);
    const before = workspace.read(gan.config);
    await using server = await LanguageServer.start({ folder: workspace.root });
    const configUri = workspace.uri(gan.config);
    await server.open(configUri, before);
    const report = await runAblation(
      server,
      { configUri, request: { kind: 'without', term: 'reconstruction', seeds: [0] } },
      60_000,
    );
    const row = report.rows.find(({ metric }) => metric === 'length_error');
    const [baseline, without] = row?.cells.map(({ mean }) => Number(mean)) ?? [];
    expect(baseline).toBeGreaterThan(0);
    expect(without).not.toBe(baseline);
    expect(workspace.read(gan.config)).toBe(before);
    const [, ran] = report.runs.map(({ runId }): unknown =>
      JSON.parse(workspace.read(`.counterweight/runs/${runId}/run.json`)),
    );
    expect(ran).toMatchObject({ overrides: ['--reconstruction-weight', '0'] });
    expect(report.variants[1]?.diff).toContain('+  --reconstruction-weight 0\n');
  });

  it('and the three lines bring the figures into a script of one’s own', async () => {
    const [imported, made, observed] = probeLines('train.py').map(({ line }) => line);
    using workspace = new TemporaryWorkspace({
      'train.py': `import torch
${imported}

kl_weight = 0.5
model = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
${made}
for step in range(101):
    out = model(torch.randn(8, 3))
    recon, kl = out[:, 0].square().mean(), out.square().mean()
    total = recon + kl_weight * kl
    optimizer.zero_grad()
    ${observed}
    total.backward()
    optimizer.step()
`,
    });
    cpSync(join(root, 'python', probeFileName), workspace.path(probeFileName));
    await execute(python ?? '', ['train.py'], { cwd: workspace.root });
    expect(readdirSync(workspace.path('runs/train'))).toEqual(['counterweight.jsonl']);
    const report = await check(workspace.path('train.py'));
    expect(report).toMatchObject({ run: 'train', logProblems: [] });
    expect(report.terms).toMatchObject([
      { name: 'kl', evidence: expect.stringMatching(/^grad [\d.]+ %/) },
    ]);
  });
});
