import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import {
  clickCodeLens,
  codeLensTexts,
  editorLines,
  hoverLine,
  quickFix,
  quickFixTitles,
  waitForCodeLens,
  waitForInlayHint,
  waitForSquiggle,
} from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import { newestRun, runsOnDisk, waitForRun } from './support/runs.ts';
import {
  clickNotificationButton,
  openSideBar,
  waitForNotification,
  waitForProblem,
  waitForSideBarRow,
  waitForStatusBar,
} from './support/surfaces.ts';
import {
  frameText,
  hasText,
  hasVisible,
  isNarrow,
  isWide,
  waitForCurves,
  webviewFrame,
} from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const velocity = 'velocity_loss_weight';
const render = 'render_loss_weight';

describe('instrumented training of the example', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    // Longer than the example's own, so that the run still goes on while all its surfaces are looked at.
    const config = readFileSync('examples/flow-edit/train.yaml', 'utf8');
    workbench = await openWorkbench({
      workspaceFixture: 'examples/flow-edit',
      files: { 'train.yaml': config.replace('steps: 900 ', 'steps: 9000') },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('has empty panels that say what to do before the first run', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-empty')));
    const { page } = workbench;
    await openSideBar(page, 'Counterweight');
    const side = await webviewFrame(page, 'the side bar', hasText(/No run of this config yet/));
    expect(await frameText(side)).toMatch(/Run the training|logs/);
    await clickCodeLens(page, 'trend', velocity);
    await webviewFrame(page, 'the trends beside', isWide(hasText(/No run of this config yet/)));
    await workbench.screenshot('training-empty');
  });

  it('starts from the lens and shows step, loss and backend', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-start')));
    const { page } = workbench;
    await clickCodeLens(page, 'run training');
    await waitForStatusBar(
      page,
      /\d+\/9000 · loss [\d.e-]+ · (compiled-\w+|wasm|webgpu|cpu|tfjs-node)/,
    );
    const text = await waitForNotification(page, /\d+\/9000.*loss/s);
    expect(text).toMatch(/Training train\.yaml.*loss/s);
    await workbench.screenshot('training-progress');
  });

  it('shows hint, lenses, warning and hover on the lines of the weights while it trains', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-lines')));
    const { page } = workbench;
    expect(await waitForInlayHint(page, velocity, /grad [\d.]+ % · cos −?\d\.\d\d/)).toBeTruthy();
    expect(await waitForInlayHint(page, render, /grad [\d.]+ % · cos −?\d\.\d\d/)).toBeTruthy();
    expect((await codeLensTexts(page)).join('\n')).toMatch(
      /▶ without \| only \| ×2 \| sweep… \| trend/,
    );
    await waitForSquiggle(page, 'warning');
    expect(await waitForProblem(page, /supplies [\d.]+ % of the gradient/)).toMatch(
      /dominance|weak-loss/,
    );
    await runCommand(page, 'View: Toggle Panel Visibility');
    const hover = await hoverLine(page, render, '0.6', /share of the gradient/);
    expect(hover).toMatch(/probes of\s+velocity/);
    expect(hover).toMatch(/metrics\.jsonl, bytes \d+–\d+/);
    await workbench.screenshot('training-hover');
    await page.mouse.move(5, 400);
    expect(newestRun(workbench.workspacePath).record.state).toBe('running');
  });

  it('draws live curves beside the config and in the side bar', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-trends')));
    const { page } = workbench;
    const chart = hasVisible('.plot canvas');
    const panel = await webviewFrame(page, 'the trends beside', isWide(chart));
    const before = await waitForCurves(panel, 200);
    expect(before.ink).toBeGreaterThan(before.coloured);
    expect(await frameText(panel)).toMatch(/velocity.*render/s);
    const side = await webviewFrame(page, 'the trends in the side bar', isNarrow(chart));
    await waitForCurves(side, 50);
    await waitForSideBarRow(page, /train.*\d+\/9000/);
    await workbench.screenshot('training-trends');
  });

  it('stops within a second when cancelled in the notification', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-cancel')));
    const { page, workspacePath } = workbench;
    await clickNotificationButton(page, 'Training train.yaml', 'Cancel');
    const clicked = Date.now();
    const { record } = await waitForRun(workspacePath, ({ state }) => state === 'cancelled');
    expect((record.endedAt ?? Number.POSITIVE_INFINITY) - clicked).toBeLessThan(1000);
  });

  it('goes on from where it was cancelled, as the same run', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-resume')));
    const { page, workspacePath } = workbench;
    const cancelled = newestRun(workspacePath);
    await runCommand(page, 'Counterweight: Resume Run');
    await waitForNotification(page, /Training train\.yaml/);
    await expect
      .poll(() => newestRun(workspacePath).metricLines, { timeout: 20_000 })
      .toBeGreaterThan(cancelled.metricLines);
    expect(newestRun(workspacePath).record).toMatchObject({
      id: cancelled.record.id,
      state: 'running',
    });
    await workbench.screenshot('training-resumed');
    await runCommand(page, 'Counterweight: Cancel Run');
    await waitForRun(workspacePath, ({ state }) => state === 'cancelled');
    expect(runsOnDisk(workspacePath)).toHaveLength(1);
  });

  it('withdraws the warning once its quick fix has set the weight', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-fix')));
    const { page } = workbench;
    const place = (await waitForProblem(page, /supplies [\d.]+ % of the gradient/)).includes(
      'weak-loss',
    )
      ? { line: render, at: '0.6' }
      : { line: velocity, at: '1.0' };
    await runCommand(page, 'View: Toggle Panel Visibility');
    const titles = await quickFixTitles(page, place.line, place.at);
    const title = titles.find((text) => text.startsWith('Set the weight of render'));
    expect(title).toMatch(/: 0\.6 → [\d.]+ \(/);
    expect(titles.join('\n')).toMatch(/Run the ablation that would settle it/);
    await quickFix(page, place.line, title ?? '', place.at);
    await expect
      .poll(async () => (await editorLines(page)).join('\n'))
      .not.toMatch(/render_loss_weight: 0\.6/);
    expect(await waitForInlayHint(page, render, /at w = 0\.6/)).toBeTruthy();
    await expect.poll(() => page.locator('.squiggly-warning').count()).toBe(0);
    await workbench.screenshot('training-fixed');
  });

  it('survives the death of the train host and trains again', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-training-crash')));
    const { page, workspacePath } = workbench;
    await runCommand(page, 'Counterweight: Run Instrumented Training');
    await waitForStatusBar(page, /[1-9]\d+\/9000/);
    const doomed = newestRun(workspacePath);
    execFileSync('pkill', ['-KILL', '-f', 'trainHost.cjs']);
    const { record } = await waitForRun(workspacePath, ({ state }) => state === 'crashed');
    expect(record.id).toBe(doomed.record.id);
    expect(await waitForNotification(page, /crashed.*SIGKILL/s)).toMatch(/metrics are kept/);
    expect(newestRun(workspacePath).metricLines).toBeGreaterThan(1);
    await workbench.screenshot('training-crashed');
    await runCommand(page, 'Counterweight: Run Instrumented Training');
    await waitForStatusBar(page, /[1-9]\d*\/9000/);
    await waitForCodeLens(page, 'without');
    await runCommand(page, 'Counterweight: Cancel Run');
    await waitForRun(workspacePath, ({ state }) => state === 'cancelled');
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});
