import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { flowConfig } from '../support/otherProgram.ts';
import { clickCodeLens, waitForInlayHint } from './support/editor.ts';
import { frameText, hasVisible, isWide, waitForCurves, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const velocity = 'velocity_loss_weight';
const log = 'logs/metrics.csv';
const steps = 200_000;
/** The training was killed at this step and began again at the step below. */
const killedAt = 120_000;
const resumedAt = 100_000;
/** One point that stands out, of the points that the resumption supersedes. */
const oldSpike = 110_007;
const spike = 150_003;
const earlySpike = 20_005;

/** Numbers that take up much room, to be left alone. */
const ballast = Array.from({ length: 8 }, (_, index) => `norm_${index}`);

/** A table with three losses: a smooth fall with noise, and two spikes of one point each. */
function table(more: readonly string[] = []): string {
  const rows = [`${['step,train/velocity_loss,train/render_loss,train/loss', ...more].join()}\n`];
  const add = (step: number, isOld: boolean): void => {
    const noise = ((step * 7919) % 1000) / 20_000;
    const fall = 1 + 2 * Math.exp(-step / 60_000) + (isOld ? 0.4 : 0);
    const isSpike = isOld ? step === oldSpike : step === spike || step === earlySpike;
    const loss = isSpike ? 9 : fall + noise;
    const render = 0.5 * fall + noise;
    const losses = [loss, render, loss + render].map((value) => value.toFixed(5));
    const others = more.map((_, index) => Math.sin(step + index).toFixed(12));
    rows.push(`${[step, ...losses, ...others].join()}\n`);
  };
  for (let step = 0; step < killedAt; step += 1) add(step, step >= resumedAt);
  for (let step = resumedAt; step < steps; step += 1) add(step, false);
  return rows.join('');
}

/** Drags over the chart of the losses, from one share of its width to another. */
async function dragOver({ page }: Workbench, frame: Frame, from: number, to: number) {
  const box = await frame.locator('.u-over').first().boundingBox();
  if (!box) throw new Error('the chart is not on the screen');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + ((from + to) / 2) * box.width, y, { steps: 3 });
  await page.mouse.move(box.x + to * box.width, y, { steps: 3 });
  await page.mouse.up();
}

async function openTrends({ page }: Workbench): Promise<Frame> {
  await waitForInlayHint(page, velocity, /loss/, 60_000);
  await clickCodeLens(page, 'loss trends');
  const frame = await webviewFrame(page, 'the trends', isWide(hasVisible('.plot canvas')));
  await waitForCurves(frame, 100);
  // While a log is read, the axis of the steps grows.
  const all = /^reduced: [\d,]+ points shown of 660,000$/;
  await expect.poll(() => exactnessOf(frame), { timeout: 60_000 }).toMatch(all);
  return frame;
}

function exactnessOf(frame: Frame): Promise<string> {
  return frame.locator('.exactness').first().innerText();
}

/** Zooms in on a step: first to a few thousand, then to hundreds. */
async function zoomTo(workbench: Workbench, frame: Frame, step: number): Promise<void> {
  await dragOver(workbench, frame, step / steps - 0.01, step / steps + 0.01);
  await dragOver(workbench, frame, 0.44, 0.56);
}

/** Remembers in the page how much it has been told of the steps that it shows. */
async function watchDetail(frame: Frame): Promise<() => Promise<unknown>> {
  await frame.evaluate(`
    window.toldOfDetail = [];
    addEventListener('message', ({ data }) => {
      if (data.type === 'detail') window.toldOfDetail.push(data.state);
    });
  `);
  return () => frame.evaluate('window.toldOfDetail');
}

describe('a long log of another program, with a restart inside', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'train.yaml': flowConfig(), [log]: table() },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('is drawn reduced, exact once it is zoomed, and goes on growing', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-zoom')));
    const frame = await openTrends(workbench);
    await workbench.screenshot('zoom-overview');
    await zoomTo(workbench, frame, spike);
    await expect.poll(() => exactnessOf(frame), { timeout: 10_000 }).toBe('exact');
    await workbench.screenshot('zoom-spike');
    workbench.workspace.append(log, `${steps},7.25,0.5,7.75\n`);
    // Without a cursor on the chart its legend shows the last values.
    await workbench.page.mouse.move(5, 5);
    await expect.poll(() => frameText(frame), { timeout: 10_000 }).toContain('7.25');
    expect(await exactnessOf(frame)).toBe('exact');
  });

  it('shows what the restart superseded faint, as exact', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-zoom-session')));
    const frame = await webviewFrame(
      workbench.page,
      'the trends',
      isWide(hasVisible('.plot canvas')),
    );
    await frame.locator('.u-over').first().dblclick();
    await expect.poll(() => exactnessOf(frame), { timeout: 10_000 }).toMatch(/^reduced/);
    await zoomTo(workbench, frame, oldSpike);
    await expect.poll(() => exactnessOf(frame), { timeout: 10_000 }).toBe('exact');
    await workbench.screenshot('zoom-superseded');
  });
});

describe('a long log that memory has no room for', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {
        'train.yaml': flowConfig(),
        [log]: table(ballast),
        // A setting of the machine: what a browser's user has set is none.
        '.vscode/settings.json': JSON.stringify({ 'counterweight.logMemory': 16 }),
      },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('is read again for what is zoomed', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-zoom-memory')));
    const frame = await openTrends(workbench);
    const toldOf = await watchDetail(frame);
    await zoomTo(workbench, frame, earlySpike);
    await expect.poll(() => exactnessOf(frame), { timeout: 20_000 }).toBe('exact');
    expect(await toldOf()).toEqual(expect.arrayContaining(['reading', 'complete']));
    await workbench.screenshot('zoom-memory');
  });
});
