import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { clickCodeLens, hoverLine } from './support/editor.ts';
import { pickItem } from './support/palette.ts';
import { runsOnDisk } from './support/runs.ts';
import { answerDialog, dialogText } from './support/surfaces.ts';
import { frameText, hasText, waitForCurves, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

/** Short runs of the example: what is tried here is the way, not the science. */
const project = 'ablation:\n  seeds: [0, 1, 2]\n  steps: 20\n';

describe('a ready-made experiment of the example', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      workspaceFixture: 'examples/flow-edit',
      files: { 'counterweight.yaml': project },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('is listed in the hover of the task', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-experiments-hover')));
    const { page } = workbench;
    const text = await hoverLine(page, 'task: flow-edit', 'flow-edit', /ready to run/);
    expect(text).toMatch(/joint or apart — Does training both losses at once/);
  });

  it('runs from the lens on the task and opens a report of all its variants', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-experiments-report')));
    const { page, workspacePath } = workbench;
    await page.keyboard.press('Escape');
    await clickCodeLens(page, '▶ experiments…');
    const row = page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'joint or apart' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/18 runs \(6 configs × 3 seeds\)/);
    await workbench.screenshot('experiments-picker');
    await pickItem(page, 'joint or apart');
    expect(await dialogText(page)).toMatch(/6 configs × 3 seeds \(0, 1, 2\): 18 runs/);
    await answerDialog(page, 'Run');
    const report = await webviewFrame(
      page,
      'the report',
      hasText(/finished[\s\S]*alternating, equal exposure[\s\S]*psnr/),
      300_000,
    );
    const text = await frameText(report);
    expect(text).toMatch(/joint or apart · train\.yaml, 3 seeds/);
    expect(text).toMatch(/Does training both losses at once make better pictures/);
    expect(text).toMatch(/On psnr@8, of 5 variants .*corrected by Holm/);
    await workbench.screenshot('experiments-report-top');
    await waitForCurves(report, 100);
    await workbench.screenshot('experiments-report');
    await report.locator('section', { hasText: 'Changes to the config' }).scrollIntoViewIfNeeded();
    await workbench.screenshot('experiments-report-below');
    const runs = runsOnDisk(workspacePath).map(({ record }) => record);
    expect(runs).toHaveLength(18);
    expect(runs.every(({ state }) => state === 'finished')).toBe(true);
    expect(runs.filter(({ steps }) => steps === 40)).toHaveLength(6);
  });

  it('asks before it starts many runs', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-experiments-many')));
    const { page, workspacePath } = workbench;
    await page
      .getByRole('tab', { name: /train\.yaml/ })
      .first()
      .click();
    await clickCodeLens(page, '▶ experiments…');
    await pickItem(page, 'weight of the velocity loss');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    const text = await dialog.innerText();
    expect(text).toMatch(/8 configs × 3 seeds \(0, 1, 2\): 24 runs/);
    expect(text).toMatch(/by 5 finished runs of this config/);
    await workbench.screenshot('experiments-confirmation');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(runsOnDisk(workspacePath)).toHaveLength(18);
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});
