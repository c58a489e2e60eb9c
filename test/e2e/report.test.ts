import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { storedExperiment } from '../support/reports/storedExperiment.ts';
import { clickCodeLens, undoEdit, waitForLine } from './support/editor.ts';
import { askedInput, pickItem, quickPickRows, runCommand } from './support/palette.ts';
import {
  clearNotifications,
  openSideBar,
  waitForNotification,
  waitForSideBarRow,
} from './support/surfaces.ts';
import { frameText, hasText, hasVisible, isWide, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

/** Three short runs an arm: enough for a bootstrap, and too few to decide all. */
const project = 'ablation:\n  seeds: [0, 1, 2]\n  steps: 40\n';

/** Themes, by the class that the workbench has with each. */
const themes = {
  'vs-dark': 'Default Dark Modern',
  'hc-black': 'Default High Contrast',
  vs: 'Default Light Modern',
};

describe('the report of an ablation', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      workspaceFixture: 'examples/flow-edit',
      files: { 'counterweight.yaml': project },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  const reportFrame = (page: Page, wanted: RegExp, milliseconds?: number) =>
    webviewFrame(page, `the report with ${wanted}`, isWide(hasText(wanted)), milliseconds);

  it('has both intervals, the whole curve, plots and reasons', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-report')));
    const { page } = workbench;
    await clickCodeLens(page, '▶ without', 'render_loss_weight');
    const report = await reportFrame(page, /6 of 6 runs ended[\s\S]*psnr/, 120_000);
    const text = await frameText(report);
    expect(text).toMatch(/[+−][\d.e−-]+ \[[+−]/);
    expect(text).toMatch(/bootstrap \[[+−]/);
    expect(text).toMatch(/Means over the last tenth/);
    await report.getByText('Why these metrics?').click();
    expect(await frameText(report)).toMatch(
      /psnr: its name says that it measures quality \(psnr\)/,
    );
    const plot = report.locator('svg.figure').first();
    expect(await plot.getAttribute('aria-label')).toMatch(
      /^psnr, difference to the baseline, higher is better: without render [+−].*paired t.*bootstrap/,
    );
    expect(await plot.locator('circle').count()).toBe(1);
    await report.getByRole('button', { name: 'Whole curve' }).click();
    expect(await frameText(report)).toMatch(/Means over all steps that the runs share/);
    await report.getByRole('button', { name: 'Last tenth' }).click();
    expect(workbench.consoleErrors).toEqual([]);
  });

  it('can be read in every theme', async () => {
    const { page, workspace, screenshot } = workbench;
    for (const [name, theme] of Object.entries(themes)) {
      const settings = { 'workbench.colorTheme': theme };
      workspace.write('.vscode/settings.json', JSON.stringify(settings));
      await expect
        .poll(() => page.locator(`.monaco-workbench.${name}`).count(), { timeout: 15_000 })
        .toBe(1);
      const report = await webviewFrame(page, 'the plots', isWide(hasVisible('svg.figure')));
      await report.locator('svg.figure').first().scrollIntoViewIfNeeded();
      await screenshot(`report-${name}`);
    }
  });

  it('compares what is picked', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-report-metrics')));
    const { page } = workbench;
    const report = await reportFrame(page, /psnr/);
    await report.getByRole('button', { name: 'Metrics…' }).click();
    const rows = await quickPickRows(page);
    expect(rows[0]).toMatch(/^psnr higher is better, its name says/);
    // One that the rules would not choose, beside those that they have.
    await page.keyboard.type('loss/total');
    await pickItem(page, 'loss/total');
    await page.locator('.quick-input-widget .monaco-button').filter({ hasText: 'OK' }).click();
    await reportFrame(page, /loss\/total sums the losses[\s\S]*Picked in this report/);
    await workbench.screenshot('report-metrics');
    await report.getByRole('button', { name: 'Metrics…' }).click();
    await quickPickRows(page);
    // All of them are ticked, so this takes the ticks away.
    const ticks = page.locator('.quick-input-list .monaco-list-row [aria-checked="true"]');
    for (let left = await ticks.count(); left > 0; left = await ticks.count()) {
      await ticks.first().click();
    }
    await page.locator('.quick-input-widget .monaco-button').filter({ hasText: 'OK' }).click();
    await reportFrame(page, /Chosen by their names/);
  });

  it.each([
    { form: 'CSV', ending: 'csv', wanted: /^metric,better,measure[\s\S]*psnr,higher,curve,/ },
    { form: 'Markdown', ending: 'md', wanted: /## Intervals[\s\S]*bootstrap, 95 %/ },
    { form: 'SVG', ending: 'svg', wanted: /^<svg [\s\S]*>psnr<\/text>[\s\S]*<circle/ },
    { form: 'PNG', ending: 'png', wanted: /PNG/ },
  ])('is exported as $form', async ({ form, ending, wanted }) => {
    onTestFailed(async () => void (await workbench.screenshot(`failed-report-${ending}`)));
    const { page, workspacePath } = workbench;
    const report = await reportFrame(page, /psnr/);
    await report.getByRole('button', { name: 'Export…' }).click();
    await pickItem(page, form);
    // The dialog has the name ready once it has read the folder.
    await expect.poll(async () => (await askedInput(page)).value).toMatch(`-train.${ending}`);
    await page.keyboard.press('Enter');
    await waitForNotification(page, new RegExp(`The report is in .*\\.${ending}`));
    await clearNotifications(page);
    const file = readdirSync(workspacePath).find((name) => name.endsWith(`-train.${ending}`));
    expect(file).toBeDefined();
    expect(readFileSync(join(workspacePath, file ?? ''), 'latin1')).toMatch(wanted);
  });

  it('applies a variant to the config, which can be undone and is not saved', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-report-apply')));
    const { page, workspacePath } = workbench;
    const path = join(workspacePath, 'train.yaml');
    const before = readFileSync(path, 'utf8');
    const report = await reportFrame(page, /psnr/);
    await report.getByRole('button', { name: /Apply without render/ }).click();
    await waitForNotification(page, /train\.yaml is now as "without render" has it.*not saved/);
    await waitForLine(page, 'render_loss_weight: 0.0');
    expect(readFileSync(path, 'utf8')).toBe(before);
    await workbench.screenshot('report-apply');
    await undoEdit(page);
    await waitForLine(page, 'render_loss_weight: 0.6');
  });
});

describe('the report of an experiment of an earlier day', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    const names = Array.from({ length: 1000 }, (_, at) => `kl-${at}`);
    const unwired = {
      baseline: (seed: number) => 20 + seed,
      'without kl': (seed: number) => 20 + seed,
      'kl ×2': (seed: number) => 21 + 1.1 * seed,
    };
    const many = {
      baseline: () => 20,
      ...Object.fromEntries(names.map((name, at) => [name, () => 20 + Math.sin(at)])),
    };
    workbench = await openWorkbench({
      files: {
        'train.yaml': 'loss:\n  recon_weight: 1.0\n  kl_weight: 1.0\n',
        ...storedExperiment({ id: 'e', title: 'two of kl', seeds: [0, 1, 2], variants: unwired }),
        ...storedExperiment({ id: 'm', title: 'a thousand', seeds: [0], variants: many }),
      },
      open: ['train.yaml'],
    });
    await openSideBar(workbench.page, 'Counterweight');
  });
  afterAll(() => workbench?.dispose());

  async function open(title: string): Promise<void> {
    const { page } = workbench;
    await waitForSideBarRow(page, new RegExp(title));
    await runCommand(page, 'Counterweight: Open Ablation Report…');
    await pickItem(page, title);
  }

  it('calls out a variant that trains as the baseline does', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-report-not-wired')));
    await open('two of kl');
    const report = await webviewFrame(workbench.page, 'the callout', hasVisible('.callout'));
    expect(await report.locator('.callout').innerText()).toMatch(
      /Flag not wired\?[\s\S]*without kl: every number is that of the baseline, to the last bit/,
    );
    expect(await report.locator('.unwired').count()).toBe(1);
    await workbench.screenshot('report-not-wired');
  });

  it('stays usable with a thousand variants', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-report-thousand')));
    await open('a thousand');
    const wanted = hasText(/1001 of 1001 runs ended[\s\S]*Show all 1001 variants/);
    const report = await webviewFrame(workbench.page, 'the report', wanted, 60_000);
    expect(await report.locator('.variants tbody tr').count()).toBe(100);
    await report.getByRole('button', { name: 'Show all 1001 variants' }).click();
    expect(await report.locator('.variants tbody tr').count()).toBe(1001);
    await workbench.screenshot('report-thousand');
  });
});
