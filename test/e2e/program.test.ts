import { describe, expect, it } from 'vitest';

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

const options: WorkbenchOptions = {
  workspaceFixture: 'test/fixtures/workspaces/plain-python',
  open: ['train.yaml'],
};
/** The weight that is taken away. */
const line = 'smooth_loss_weight';

/** One that trains with PyTorch is in interruptedAblation.test.ts. */
describe("a program of the user's own", () => {
  it('is shown before it runs, is ablated with copies of the config, and ends in a report', async () => {
    await inWorkbench('program', options, async (workbench) => {
      const { page, workspacePath, workspace } = workbench;
      const before = workspace.read('train.yaml');
      await clickCodeLens(page, '▶ without', line);
      expect(await dialogText(page)).toMatch(/python3 train\.py --config \{config\}/);
      await workbench.screenshot('program-confirm');
      await answerDialog(page, 'Run');
      const report = await webviewFrame(page, 'the report', hasText(/finished/), 150_000);
      const text = await frameText(report);
      for (const metric of ['fit_loss', 'smooth_loss']) expect(text).toContain(metric);
      expect(text).toMatch(new RegExp(`-\\s*${line}`));
      await workbench.screenshot('program-report');
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
    const failing = {
      ...options,
      workspaceFixture: 'test/fixtures/workspaces/failing-command',
    };
    await inWorkbench('program-failing', failing, async (workbench) => {
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
    const untrusted: WorkbenchOptions = {
      ...options,
      files: { 'runs/plain/metrics.jsonl': log },
      trust: 'ask',
    };
    await inWorkbench('program-untrusted', untrusted, async (workbench) => {
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
