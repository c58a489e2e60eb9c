import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { findTorchPython, needingTorch } from '../support/torchPython.ts';
import { clickCodeLens, waitForInlayHint } from './support/editor.ts';
import { runsOnDisk } from './support/runs.ts';
import {
  answerDialog,
  clickRowButton,
  dialogText,
  notificationTexts,
  openSideBar,
  toggleRow,
  waitForNotification,
  waitForSideBarRow,
} from './support/surfaces.ts';
import { frameText, hasText, waitForCurves, webviewFrame } from './support/webviews.ts';
import { inWorkbench } from './support/workbench.ts';

const torchPython = findTorchPython();
const example = 'examples/pytorch-vae';

const options = {
  workspaceFixture: example,
  files: {
    // Fewer steps than the example's own: what is tried here is the way to the verdict.
    'train.yaml': readFileSync(`${example}/train.yaml`, 'utf8').replace(
      'steps: 3000',
      'steps: 200',
    ),
    'counterweight.yaml': readFileSync(`${example}/counterweight.yaml`, 'utf8')
      .replace(/seeds: \[.*\]/, 'seeds: [0, 1, 2]')
      .replace('"python3"', `"${torchPython}"`),
  },
  open: ['train.yaml'],
};

describe.skipIf(!torchPython)(needingTorch('an ablation of a PyTorch program', torchPython), () => {
  it('is cancelled in its midst, goes on where it was, and ends in a report with a verdict', async () => {
    await inWorkbench('interrupted', options, async (workbench) => {
      const { page, workspacePath, workspace } = workbench;
      const finished = () =>
        runsOnDisk(workspacePath).filter(({ record }) => record.state === 'finished');
      const config = workspace.read('train.yaml');
      await openSideBar(page, 'Counterweight');
      await clickCodeLens(page, '▶ without', 'kl_loss_weight');
      expect(await dialogText(page)).toMatch(/python3 train\.py --config \{config\}/);
      await answerDialog(page, 'Run');

      await waitForSideBarRow(
        page,
        /^without kl\s*run [2-4] of 6 · about \d+ (s|min) left/,
        60_000,
      );
      await waitForNotification(page, /without kl[\s\S]*run [2-5] of 6/);
      await toggleRow(page, /^without kl/);
      await waitForSideBarRow(page, /^baseline, seed 0\s*finished/);
      await workbench.screenshot('interrupted-ablation-runs');
      const cancelled = await clickRowButton(page, /^without kl/, 'Cancel Run');
      expect(cancelled).toMatch(/run [2-6] of 6/);
      const row = await waitForSideBarRow(page, /^without kl\s*cancelled · [1-5] of 6 runs left/);
      const kept = finished().map(({ record }) => record);
      expect(kept.length).toBeGreaterThan(0);
      expect(row).toContain(`${6 - kept.length} of 6 runs left`);
      expect((await notificationTexts(page)).join('\n')).not.toMatch(/without kl/);
      await workbench.screenshot('interrupted-ablation-cancelled');

      await clickRowButton(page, /^without kl/, 'Run What Has Not Finished');
      // It has its notification again, and says of no run that it has failed.
      await waitForNotification(page, /without kl[\s\S]*run [2-6] of 6/);
      await expect.poll(() => finished().length, { timeout: 180_000 }).toBe(6);
      const report = await webviewFrame(page, 'the report', hasText(/6 of 6 runs ended/), 60_000);
      const text = await frameText(report);
      expect(text).toMatch(/finished/);
      expect(text).toMatch(/without it|not decided|is working|nothing/i);
      expect(text).toMatch(/3 seeds/);
      expect(text).toMatch(/-\s*kl_loss_weight: 1\.0[\s\S]*\+\s*kl_loss_weight: 0/);
      await workbench.screenshot('interrupted-ablation-report');
      await waitForCurves(report, 100);
      // The figures of counterweight_probe.py, on the line.
      expect(await waitForInlayHint(page, 'kl_loss_weight', /grad \d/)).toBeTruthy();
      expect(await notificationTexts(page)).toEqual([]);

      const runs = runsOnDisk(workspacePath).map(({ record }) => record);
      const done = finished().map(({ record }) => record);
      // What was cut short has a folder of its own beside the one that took its place.
      expect(runs.filter(({ state }) => state === 'cancelled').length).toBeLessThanOrEqual(1);
      expect(done.filter(({ id }) => kept.some((run) => run.id === id))).toEqual(kept);
      expect(done.map(({ seed, ablation }) => `${ablation?.variant} ${seed}`).sort()).toEqual(
        ['baseline', 'without-kl'].flatMap((variant) =>
          [0, 1, 2].map((seed) => `${variant} ${seed}`),
        ),
      );
      expect(workspace.read('train.yaml')).toBe(config);
      expect(workbench.consoleErrors).toEqual([]);
    });
  }, 300_000);
});
