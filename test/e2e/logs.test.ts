import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import {
  eventFile,
  eventRecord,
  flowConfig,
  jsonLine,
  jsonLines,
} from '../support/otherProgram.ts';
import { clickCodeLens, hoverLine, replaceLine, waitForInlayHint } from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import {
  openSideBar,
  sideBarTooltip,
  waitForProblem,
  waitForSideBarRow,
} from './support/surfaces.ts';
import {
  colourOf,
  frameText,
  hasVisible,
  waitForCurves,
  webviewFrame,
} from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const velocity = 'velocity_loss_weight';
const jsonLog = 'logs/metrics.jsonl';
const eventLog = 'logs/events.out.tfevents.1700000000.somewhere';

describe('TensorBoard event files of another program', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'train.yaml': flowConfig(), [eventLog]: eventFile(40) },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('shows values and shares without instrumentation, live as the file grows', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-logs-events')));
    const { page, workspace } = workbench;
    expect(await waitForInlayHint(page, velocity, /loss 1\.04/)).toMatch(/\d+ % of total/);
    for (let step = 41; step <= 45; step += 1) workspace.append(eventLog, eventRecord(step));
    expect(await waitForInlayHint(page, velocity, /loss 1\.045/)).toBeTruthy();
    expect(await hoverLine(page, velocity, '1.0', /train\/velocity_loss/)).toMatch(
      /tfevents.*, bytes \d+–\d+/,
    );
    await workbench.screenshot('logs-events');
  });
});

describe('JSON lines of another program', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'train.yaml': flowConfig(), [jsonLog]: jsonLines(40) },
      open: ['train.yaml'],
      settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    });
  });
  afterAll(() => workbench?.dispose());

  it('draws the trends and goes on drawing', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-logs-trends')));
    const { page, workspace } = workbench;
    await waitForInlayHint(page, velocity, /loss 1\.04/);
    await clickCodeLens(page, 'loss trends');
    const frame = await webviewFrame(page, 'the trends', hasVisible('.plot canvas'));
    await waitForCurves(frame, 100);
    // The charts follow the theme: text that is light on a dark ground.
    expect(await colourOf(frame, 'color')).toBeGreaterThan(150);
    expect(await colourOf(frame, 'background-color')).toBeLessThan(80);
    workspace.append(jsonLog, jsonLines(60, 41));
    await expect.poll(() => frameText(frame), { timeout: 10_000 }).toContain('1.06');
    await workbench.screenshot('logs-trends');
  });

  it('counts a line that is not JSON and says where it stands', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-logs-skipped')));
    const { page, workspace } = workbench;
    workspace.append(jsonLog, 'Traceback (most recent call last):\n');
    workspace.append(jsonLog, jsonLine(61));
    await waitForInlayHint(page, velocity, /loss 1\.061/);
    await openSideBar(page, 'Counterweight');
    await waitForSideBarRow(page, /logs/);
    expect(await sideBarTooltip(page, 'logs')).toMatch(
      /Skipped: 1 part .*metrics\.jsonl, bytes \d+–\d+/,
    );
    await workbench.screenshot('logs-skipped');
  });

  it('keeps the evidence while the config does not parse, and names the place', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-logs-broken')));
    const { page } = workbench;
    await replaceLine(page, 'lr: 3.0e-4', 'lr: 3.0e-4: 5');
    expect(await waitForProblem(page, /yaml-syntax/)).toMatch(/Ln 5/);
    expect(await waitForInlayHint(page, velocity, /loss 1\.061/)).toBeTruthy();
    await workbench.screenshot('logs-broken');
    await runCommand(page, 'View: Toggle Panel Visibility');
    await replaceLine(page, 'lr: 3.0e-4: 5', 'lr: 3.0e-4');
  });

  it('warns of NaN and of a weight that is not a number', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-logs-nan')));
    const { page, workspace } = workbench;
    const values = {
      'train/velocity_loss': 1.07,
      'train/render_loss': Number.NaN,
      'train/loss': Number.NaN,
    };
    workspace.append(jsonLog, jsonLine(62, values));
    expect(await waitForProblem(page, /non-finite/)).toMatch(/render became NaN at step 62/);
    await runCommand(page, 'View: Toggle Panel Visibility');
    await replaceLine(page, velocity, 'velocity_loss_weight: heavy');
    expect(await waitForProblem(page, /is not a number/)).toMatch(/heavy/);
    await workbench.screenshot('logs-nan');
  });
});
