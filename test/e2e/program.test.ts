import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { findTorchPython } from '../support/torchPython.ts';
import { clickCodeLens, waitForCodeLens, waitForInlayHint } from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import { newestRun, runsOnDisk, waitForRun } from './support/runs.ts';
import {
  answerDialog,
  declineTrust,
  dialogText,
  notificationTexts,
  waitForNotification,
} from './support/surfaces.ts';
import { frameText, hasText, webviewFrame } from './support/webviews.ts';
import { inWorkbench, type WorkbenchOptions } from './support/workbench.ts';

const torchPython = findTorchPython();

interface Program {
  readonly workspaceFixture: string;
  readonly files: Readonly<Record<string, string>>;
  /** The weight that is taken away. */
  readonly line: string;
  readonly metrics: readonly string[];
}

const plain: Program = {
  workspaceFixture: 'test/fixtures/workspaces/plain-python',
  files: {},
  line: 'smooth_loss_weight',
  metrics: ['fit_loss', 'smooth_loss'],
};

const torch: Program = {
  workspaceFixture: 'examples/pytorch-vae',
  // One seed and few steps: what is tried here is the way, not the science.
  files: {
    'train.yaml': readFileSync('examples/pytorch-vae/train.yaml', 'utf8').replace(
      'steps: 3000',
      'steps: 400',
    ),
    'counterweight.yaml': readFileSync('examples/pytorch-vae/counterweight.yaml', 'utf8')
      .replace(/seeds: \[.*\]/, 'seeds: [0]')
      .replace('"python3"', `"${torchPython}"`),
  },
  line: 'kl_loss_weight',
  metrics: ['recon_loss', 'kl_loss'],
};

describe.each(torchPython ? [plain, torch] : [plain])('the own program of $line', (program) => {
  const { workspaceFixture, files, line, metrics } = program;

  it('is shown before it runs, is ablated with copies of the config, and ends in a report', async () => {
    const options = { workspaceFixture, files, open: ['train.yaml'] };
    await inWorkbench(`program-${line}`, options, async (workbench) => {
      const { page, workspacePath, workspace } = workbench;
      const before = workspace.read('train.yaml');
      await clickCodeLens(page, '▶ without', line);
      expect(await dialogText(page)).toMatch(/python3 train\.py --config \{config\}/);
      await workbench.screenshot(`program-confirm-${line}`);
      await answerDialog(page, 'Run');
      const report = await webviewFrame(page, 'the report', hasText(/finished/), 150_000);
      const text = await frameText(report);
      for (const metric of metrics) expect(text).toContain(metric);
      expect(text).toMatch(new RegExp(`-\\s*${line}`));
      await workbench.screenshot(`program-report-${line}`);
      const runs = runsOnDisk(workspacePath);
      expect(runs.length).toBeGreaterThanOrEqual(2);
      expect(runs.every(({ record }) => record.state === 'finished')).toBe(true);
      expect(runs.every(({ metricLines }) => metricLines > 10)).toBe(true);
      expect(workspace.read('train.yaml')).toBe(before);
      await page
        .getByRole('tab', { name: /train\.yaml/ })
        .first()
        .click();
      expect(await waitForInlayHint(page, line, /(grad|loss) [\d.e−+]+/)).toBeTruthy();
      expect(workbench.consoleErrors).toEqual([]);
    });
  });
});

describe('a train command that fails at once', () => {
  it('says so with exit code and the last lines of stderr', async () => {
    const options = {
      workspaceFixture: 'test/fixtures/workspaces/failing-command',
      open: ['train.yaml'],
    };
    await inWorkbench('program-failing', options, async (workbench) => {
      const { page, workspacePath } = workbench;
      await clickCodeLens(page, 'run training');
      await answerDialog(page, 'Run');
      const text = await waitForNotification(page, /no dataset at \/nowhere/);
      expect(text).toMatch(/code 3/);
      await waitForRun(workspacePath, ({ state }) => state === 'failed');
      expect(newestRun(workspacePath).record.exitCode).toBe(3);
      // The progress notification has gone with the run.
      await expect
        .poll(async () => (await notificationTexts(page)).join('\n'), { timeout: 10_000 })
        .not.toMatch(/step \d/);
      await workbench.screenshot('program-failed');
    });
  });
});

describe('a workspace that is not trusted', () => {
  it('reads configs and logs and runs nothing', async () => {
    const log = '{"step":1,"fit_loss":0.5,"smooth_loss":0.25,"total_loss":0.51}\n';
    const options: WorkbenchOptions = {
      workspaceFixture: 'test/fixtures/workspaces/plain-python',
      files: { 'runs/plain/metrics.jsonl': log },
      open: ['train.yaml'],
      trust: 'ask',
    };
    await inWorkbench('program-untrusted', options, async (workbench) => {
      const { page, workspacePath } = workbench;
      await declineTrust(page);
      await waitForCodeLens(page, 'without');
      expect(await waitForInlayHint(page, 'fit_loss_weight', /loss 0\.5/)).toBeTruthy();
      await runCommand(page, 'Counterweight: Run Instrumented Training');
      expect(await waitForNotification(page, /not trusted/i)).toMatch(/runs nothing/);
      expect(runsOnDisk(workspacePath)).toEqual([]);
      await workbench.screenshot('program-untrusted');
    });
  });
});
