import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { clickCodeLens, editorLines, waitForCodeLens } from './support/editor.ts';
import {
  askedInput,
  fillInput,
  inputProblem,
  pickItem,
  pickItems,
  quickPickRows,
  runCommand,
} from './support/palette.ts';
import { runsOnDisk } from './support/runs.ts';
import { answerDialog, dialogText, openSideBar, waitForSideBarRow } from './support/surfaces.ts';
import { frameText, hasText, waitForCurves, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

/** Short runs of the example: what is tried here is the way, not the science. */
const project = 'ablation:\n  seeds: [0, 1]\n  steps: 60\n';

describe('an ablation of the example', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      workspaceFixture: 'examples/flow-edit',
      files: { 'counterweight.yaml': project },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('runs from the lens and opens a report with a verdict', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-ablation-report')));
    const { page, workspacePath } = workbench;
    await clickCodeLens(page, '▶ without', 'render_loss_weight');
    const report = await webviewFrame(
      page,
      'the report',
      hasText(/without render[\s\S]*psnr/),
      120_000,
    );
    const text = await frameText(report);
    expect(text).toMatch(/finished/);
    expect(text).toMatch(/psnr/);
    expect(text).toMatch(/without it|not decided|is working|nothing/i);
    expect(text).toMatch(/-\s+render_loss_weight: 0\.6/);
    expect(text).toMatch(/\+\s+render_loss_weight: 0\.0/);
    await waitForCurves(report, 100);
    await workbench.screenshot('ablation-report');
    const runs = runsOnDisk(workspacePath).map(({ record }) => record);
    expect(runs.map(({ seed, ablation }) => `${ablation?.variant} ${seed}`)).toEqual([
      'baseline 0',
      'without-render 0',
      'baseline 1',
      'without-render 1',
    ]);
    expect(runs.every(({ state }) => state === 'finished')).toBe(true);
  });

  it('is listed, and runs from the palette too', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-ablation-palette')));
    const { page } = workbench;
    await openSideBar(page, 'Counterweight');
    await waitForSideBarRow(page, /without render/);
    await page
      .getByRole('tab', { name: /train\.yaml/ })
      .first()
      .click();
    await waitForCodeLens(page, 'without');
    await runCommand(page, 'Counterweight: Run Ablation…');
    await pickItem(page, 'velocity');
    await pickItem(page, '× 2');
    await waitForSideBarRow(page, /velocity ×2/);
    const report = await webviewFrame(page, 'the report', hasText(/velocity ×2/), 120_000);
    expect(await frameText(report)).toMatch(/velocity_loss_weight: 2\.0/);
    await workbench.screenshot('ablation-palette');
  });

  it('sweeps from the lens, once the plan has been seen', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-ablation-sweep')));
    const { page, workspacePath } = workbench;
    await page
      .getByRole('tab', { name: /train\.yaml/ })
      .first()
      .click();
    await clickCodeLens(page, 'sweep…', 'render_loss_weight');
    await fillInput(page, '0.06, 0.6, 6');
    const plan = await dialogText(page);
    expect(plan).toMatch(/sweep of render · train\.yaml, 2 seeds/);
    expect(plan).toMatch(/against: render = 0\.06; render = 6\./);
    expect(plan).toMatch(/3 configs × 2 seeds \(0, 1\): 6 runs of 60 steps\./);
    expect(plan).toMatch(/About .* on disk, by \d finished runs? of this config/);
    expect(plan).toMatch(/render = 0\.6 is left out/);
    await workbench.screenshot('ablation-plan');
    const before = runsOnDisk(workspacePath).length;
    await answerDialog(page, 'Run');
    const report = await webviewFrame(
      page,
      'the report',
      hasText(/finished[\s\S]*render = 6[\s\S]*psnr/),
      150_000,
    );
    expect(await frameText(report)).toMatch(/\+\s+render_loss_weight: 6\.0/);
    expect(runsOnDisk(workspacePath)).toHaveLength(before + 6);
  });

  it('makes a grid from the palette, says what is wrong with a weight, and shows the diffs', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-ablation-grid')));
    const { page, workspacePath } = workbench;
    await page
      .getByRole('tab', { name: /train\.yaml/ })
      .first()
      .click();
    await waitForCodeLens(page, 'without');
    await runCommand(page, 'Counterweight: Run Ablation…');
    const offered = (await quickPickRows(page)).join('\n');
    expect(offered).toMatch(/^Sweep weights… velocity 1, render 0\.6$/m);
    await workbench.screenshot('ablation-picker');
    await pickItem(page, 'Sweep weights');
    await pickItems(page, ['velocity', 'render']);
    expect(await askedInput(page)).toMatchObject({
      text: expect.stringMatching(/velocity \(1 of 2\)[\s\S]*It is 1 now/),
      value: '0.1, 0.3, 3, 10',
    });
    expect(await inputProblem(page, '1, two', /two/)).toMatch(/"two" is not a number/);
    await workbench.screenshot('ablation-wrong-weight');
    await fillInput(page, '2');
    await expect
      .poll(async () => (await askedInput(page)).text)
      .toMatch(/render \(2 of 2\)[\s\S]*It is 0\.6 now/);
    await fillInput(page, '0, 0.6');
    const plan = await dialogText(page);
    expect(plan).toMatch(/grid of velocity × render/);
    expect(plan).toMatch(/against: velocity = 2, render = 0; velocity = 2, render = 0\.6\./);
    expect(plan).toMatch(/-.*velocity_loss_weight: 1\.0[\s\S]*\+.*velocity_loss_weight: 2\.0/);
    await workbench.screenshot('ablation-grid-plan');
    const before = runsOnDisk(workspacePath).length;
    await answerDialog(page, 'Show Diffs');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Do Not Run' }).waitFor();
    expect((await editorLines(page)).join('\n')).toContain('# velocity = 2, render = 0');
    await workbench.screenshot('ablation-grid-diffs');
    await pickItem(page, '6 runs of 60 steps');
    const report = await webviewFrame(
      page,
      'the report',
      hasText(/finished[\s\S]*velocity = 2, render = 0[\s\S]*psnr/),
      150_000,
    );
    expect(await frameText(report)).toMatch(/\+\s+velocity_loss_weight: 2\.0/);
    expect(runsOnDisk(workspacePath)).toHaveLength(before + 6);
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});
