import { rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import {
  clickCodeLens,
  clickHoverLink,
  hoverLine,
  openFile,
  quickFix,
  replaceLine,
  saveFile,
  squiggleCount,
  undoEdit,
  waitForCodeLens,
  waitForInlayHint,
  waitForLine,
} from './support/editor.ts';
import { chooseFolder, pickItem, quickPickRows, runCommand } from './support/palette.ts';
import { waitForNotification, waitForProblem, waitForStatusBar } from './support/surfaces.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const sum = '    return args.recon_weight * recon + args.kl_weight * kl + 0.05 * enc_loss';

/** Two weights are options, one is a number in the sum. */
const program = `import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--recon-weight", type=float, default=1.0)
parser.add_argument("--kl-weight", type=float, default=0.1)
args = parser.parse_args()


def total_loss(recon, kl, enc_loss):
${sum}
`;

const liftedProgram = program
  .replace('0.05 * enc_loss', 'args.enc_weight * enc_loss')
  .replace(
    'default=0.1)\n',
    'default=0.1)\nparser.add_argument("--enc-weight", type=float, default=0.05, help="weight of the enc loss")\n',
  );

const toml = `# Editing by flow matching.
log_dir = "logs"

[loss]
velocity_loss_weight = 1.0   # the flow itself
render_loss_weight = 0.3     # what is seen
`;

const yaml = `# A VAE whose runs lie where nobody looks.
latent_dim: 16
loss:
  recon_weight: 1.0
  kl_weight: 1e-2
`;

const project = `# What the team has agreed on.
ablation:
  seeds: [0, 1, 2]   # as in the paper
`;

const withRuns = `${project}logs: ["../archive"]\n`;

const programLog = table('step,recon_loss,kl_loss,enc_loss,loss', (step) => [
  step,
  1 - step / 100,
  2 - step / 100,
  4 - step / 100,
  1.4 - (1.15 * step) / 100,
]);
/** A program that has its own word for the Kullback–Leibler divergence. */
const vaeLog = table('step,recon_loss,divergence', (step) => [step, 1 - step / 100, 3 + step / 10]);
/** Sixty probes in which one loss moves almost nothing. */
const flowLog = Array.from({ length: 60 }, (_, step) =>
  JSON.stringify({ step, 'loss/velocity': 1, 'grad/velocity': 1, 'grad/render': 0.01 }),
).join('\n');

function table(head: string, row: (step: number) => readonly number[]): string {
  const rows = Array.from({ length: 40 }, (_, step) => row(step).join(','));
  return `${[head, ...rows].join('\n')}\n`;
}

const files = {
  '.gitignore': 'old/\n',
  'old/config.yaml': 'kl_weight: 0.5\n',
  'flow/config.toml': toml,
  'flow/logs/metrics.jsonl': `${flowLog}\n`,
  'program/train.py': program,
  'program/runs/a/metrics.csv': programLog,
  'archive/monday/metrics.csv': vaeLog,
  'vae/config.yaml': yaml,
  'vae/counterweight.yaml': project,
};

describe('weights wherever they are set', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({ files, open: ['program/train.py'] });
  });
  afterAll(() => workbench?.dispose());

  it('shows on the options of a Python program what it shows on a YAML config', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-python')));
    const { page } = workbench;
    await waitForCodeLens(page, 'without');
    expect(await waitForInlayHint(page, '--recon-weight', /loss 0\.61/)).toMatch(/\d+ % of total/);
    expect(await waitForInlayHint(page, '0.05 * enc_loss', /loss 3\.61/)).toBeTruthy();
    await workbench.screenshot('weights-python');
    const text = await hoverLine(page, '--kl-weight', '0.1', /kl_loss/);
    expect(text).toMatch(/weight 0\.1.*the name of the metric fits/s);
    await workbench.screenshot('weights-python-hover');
  });

  it('lifts a number of a sum into an option, and takes it back', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-lift')));
    const { page, workspace } = workbench;
    expect(await waitForProblem(page, /hard-coded-weight/)).toMatch(/enc/);
    await workbench.screenshot('weights-hard-coded');
    await runCommand(page, 'View: Toggle Panel Visibility');
    await quickFix(page, '0.05 * enc_loss', 'Lift 0.05 into the option --enc-weight', '0.05');
    await waitForLine(page, 'args.enc_weight * enc_loss');
    await waitForInlayHint(page, '--enc-weight', /loss 3\.61/);
    await expect.poll(() => squiggleCount(page, 'info')).toBe(0);
    await workbench.screenshot('weights-lifted');
    await saveFile(page);
    expect(workspace.read('program/train.py')).toBe(liftedProgram);
    await undoEdit(page);
    await waitForLine(page, '0.05 * enc_loss');
    await clickCodeLens(page, 'lift 0.05 into an option');
    await waitForLine(page, 'args.enc_weight * enc_loss');
    await undoEdit(page);
    await waitForLine(page, '0.05 * enc_loss');
    await saveFile(page);
    expect(workspace.read('program/train.py')).toBe(program);
  });

  it('shows a TOML config in the same way, and sets a weight beside its comment', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-toml')));
    const { page, workspace } = workbench;
    await openFile(page, 'flow/config.toml');
    await waitForInlayHint(page, 'render_loss_weight', /grad 0\.\d %/);
    expect(await hoverLine(page, 'render_loss_weight', '0.3', /render/)).toMatch(/gradient/);
    await workbench.screenshot('weights-toml');
    await quickFix(page, 'velocity_loss_weight', 'Set the weight of', '1.0');
    await page.locator('.tab.active.dirty').waitFor();
    await saveFile(page);
    const lines = workspace.read('flow/config.toml').split('\n');
    expect(lines[5]).toMatch(/^render_loss_weight = (?!0\.3 )[\d.]+ +# what is seen$/);
    expect(lines.toSpliced(5, 1)).toEqual(toml.split('\n').toSpliced(5, 1));
  });

  it('says who reads 1e-2 as a text, and writes it for all', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-exponent')));
    const { page } = workbench;
    await openFile(page, 'vae/config.yaml');
    expect(await waitForProblem(page, /exponent-text/)).toMatch(/PyYAML/);
    await workbench.screenshot('weights-exponent');
    await runCommand(page, 'View: Toggle Panel Visibility');
    await quickFix(page, 'kl_weight', 'Write 1.0e-2', '1e-2');
    await waitForLine(page, 'kl_weight: 1.0e-2');
    await saveFile(page);
  });

  it('is told where the runs are, in a counterweight.yaml that keeps its comments', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-runs')));
    const { page, workspace } = workbench;
    expect(await hoverLine(page, 'recon_weight', '1.0', /No run of this config/)).toBeTruthy();
    await workbench.screenshot('weights-no-run');
    await clickHoverLink(page, 'runs in…');
    expect(await quickPickRows(page)).toEqual([
      'program/runs the run a',
      'flow the run logs',
      'Another folder…',
    ]);
    await workbench.screenshot('weights-runs-picker');
    await pickItem(page, 'Another folder…');
    await chooseFolder(page, workspace.path('archive'));
    await expect.poll(() => workspace.read('vae/counterweight.yaml')).toBe(withRuns);
    await waitForInlayHint(page, 'recon_weight', /loss 0\.61/);
    await workbench.screenshot('weights-runs-written');
  });

  it('is told how a loss is logged, and says that it was told', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-metric')));
    const { page, workspace } = workbench;
    await hoverLine(page, 'kl_weight', '1.0e-2', /logged nothing of this loss/);
    await clickHoverLink(page, 'logged as…');
    expect(await quickPickRows(page)).toEqual(['divergence', 'recon_loss']);
    await workbench.screenshot('weights-metric-picker');
    await pickItem(page, 'divergence');
    await expect
      .poll(() => workspace.read('vae/counterweight.yaml'))
      .toBe(`${withRuns}terms:\n  kl:\n    metric: divergence\n`);
    await waitForInlayHint(page, 'kl_weight', /loss 6\.9/);
    const text = await hoverLine(page, 'kl_weight', '1.0e-2', /counterweight\.yaml/);
    expect(text).toContain('counterweight.yaml names it');
    await workbench.screenshot('weights-metric-written');
  });

  it('marks a wrong key of counterweight.yaml and mends it', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-key')));
    const { page } = workbench;
    await replaceLine(page, 'metric: divergence', 'metrik: divergence');
    expect(await waitForProblem(page, /project-key/)).toMatch(/metrik.*did you mean metric\?/);
    await workbench.screenshot('weights-key');
    await runCommand(page, 'View: Toggle Panel Visibility');
    await quickFix(page, 'metrik: divergence', 'Change to metric', 'metrik');
    await waitForLine(page, 'metric: divergence');
    await saveFile(page);
  });

  it('finds the files that set weights, but for those that git ignores', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-find')));
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editor Groups');
    await runCommand(page, 'Counterweight: Find Loss Weights in Workspace');
    expect(await quickPickRows(page)).toEqual([
      expect.stringMatching(/^flow\/config\.toml velocity = 1, render = \d/),
      'program/train.py recon = 1, kl = 0.1, enc = 0.05',
      'vae/config.yaml recon = 1, kl = 0.01',
    ]);
    await workbench.screenshot('weights-found');
    await pickItem(page, 'vae/config.yaml');
    await waitForLine(page, 'recon_weight: 1.0');
    await waitForStatusBar(page, /Ln 4, Col 1\b/);
    await workbench.screenshot('weights-opened');
  });

  it('says so where no file sets a weight', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-weights-none')));
    const { page, workspace } = workbench;
    await runCommand(page, 'View: Close All Editor Groups');
    workspace.write('notes.json', '{}');
    for (const folder of ['flow', 'program', 'vae'])
      rmSync(workspace.path(folder), { recursive: true });
    await runCommand(page, 'Counterweight: Find Loss Weights in Workspace');
    const text = await waitForNotification(page, /loss weight is found/);
    expect(text).toBe('No loss weight is found in the only file looked at.');
    await workbench.screenshot('weights-none');
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});
