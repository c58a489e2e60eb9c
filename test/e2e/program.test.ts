import { spawnSync } from 'node:child_process';

import { describe, expect, it, onTestFailed } from 'vitest';

import { clickCodeLens, waitForCodeLens, waitForInlayHint } from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import { newestRun, runsOnDisk, waitForRun } from './support/runs.ts';
import { answerDialog, declineTrust, dialogText, waitForNotification } from './support/surfaces.ts';
import { frameText, hasText, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type WorkbenchOptions } from './support/workbench.ts';

/** The user's own program: PyTorch where it is installed, plain Python elsewhere. */
const hasTorch = spawnSync('/usr/bin/python3', ['-c', 'import torch']).status === 0;

const torch = {
  options: {
    workspaceFixture: 'examples/pytorch-vae',
    open: ['train.yaml'],
  } satisfies WorkbenchOptions,
  line: 'kl_loss_weight',
  metrics: ['recon_loss', 'kl_loss'],
} as const;

const plain = {
  options: {
    workspaceFixture: 'test/fixtures/workspaces/plain-python',
    open: ['train.yaml'],
  } satisfies WorkbenchOptions,
  line: 'smooth_loss_weight',
  metrics: ['fit_loss', 'smooth_loss'],
} as const;

describe.each(hasTorch ? [plain, torch] : [plain])('the own program of $line', (program) => {
  it('is shown before it runs, is ablated with copies of the config, and ends in a report', async () => {
    const workbench = await openWorkbench({ ...program.options, open: [...program.options.open] });
    onTestFailed(() => void workbench.screenshot(`failed-program-${program.line}`));
    try {
      const { page, workspacePath, workspace } = workbench;
      const before = workspace.read('train.yaml');
      await clickCodeLens(page, '▶ without', program.line);
      expect(await dialogText(page)).toMatch(/python3 train\.py --config/);
      await workbench.screenshot(`program-confirm-${program.line}`);
      await answerDialog(page, 'Run');
      const report = await webviewFrame(page, 'the report', hasText(/finished/), 150_000);
      const text = await frameText(report);
      for (const metric of program.metrics) expect(text).toContain(metric);
      expect(text).toMatch(new RegExp(`-\\s*${program.line}`));
      await workbench.screenshot(`program-report-${program.line}`);
      const runs = runsOnDisk(workspacePath);
      expect(runs.every(({ record }) => record.state === 'finished')).toBe(true);
      expect(runs.every(({ metricLines }) => metricLines > 10)).toBe(true);
      expect(workspace.read('train.yaml')).toBe(before);
      expect(await waitForInlayHint(page, program.line, /loss [\d.e−+]+/)).toBeTruthy();
      expect(workbench.consoleErrors).toEqual([]);
    } finally {
      await workbench.dispose();
    }
  });
});

describe('a train command that fails at once', () => {
  it('says so with exit code and the last lines of stderr', async () => {
    const workbench = await openWorkbench({
      workspaceFixture: 'test/fixtures/workspaces/failing-command',
      open: ['train.yaml'],
    });
    onTestFailed(() => void workbench.screenshot('failed-program-failing'));
    try {
      const { page, workspacePath } = workbench;
      await clickCodeLens(page, 'run training');
      await answerDialog(page, 'Run');
      const text = await waitForNotification(page, /no dataset at \/nowhere/);
      expect(text).toMatch(/exit code 3|code 3/);
      await waitForRun(workspacePath, ({ state }) => state === 'failed');
      expect(newestRun(workspacePath).record.exitCode).toBe(3);
      await workbench.screenshot('program-failed');
    } finally {
      await workbench.dispose();
    }
  });
});

describe('a workspace that is not trusted', () => {
  it('reads configs and logs and runs nothing', async () => {
    const workbench = await openWorkbench({
      workspaceFixture: 'test/fixtures/workspaces/plain-python',
      files: {
        'runs/plain/metrics.jsonl':
          '{"step":1,"fit_loss":0.5,"smooth_loss":0.25,"total_loss":0.51}\n',
      },
      open: ['train.yaml'],
      trust: 'ask',
    });
    onTestFailed(() => void workbench.screenshot('failed-program-untrusted'));
    try {
      const { page, workspacePath } = workbench;
      await declineTrust(page);
      await waitForCodeLens(page, 'without');
      expect(await waitForInlayHint(page, 'fit_loss_weight', /loss 0\.5/)).toBeTruthy();
      await runCommand(page, 'Counterweight: Run Instrumented Training');
      expect(await waitForNotification(page, /not trusted/i)).toMatch(/runs nothing/);
      expect(runsOnDisk(workspacePath)).toEqual([]);
      await workbench.screenshot('program-untrusted');
    } finally {
      await workbench.dispose();
    }
  });
});
