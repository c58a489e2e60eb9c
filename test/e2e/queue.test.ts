import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { clickCodeLens } from './support/editor.ts';
import { newestRun, runsOnDisk } from './support/runs.ts';
import {
  clickRowButton,
  clickViewButton,
  openSideBar,
  pickFromRowMenu,
  sideBarRows,
  waitForNotification,
  waitForStatusBar,
  waitForViewMessage,
} from './support/surfaces.ts';
import { frameText, hasText, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

/** Short runs of the example, but not so short that all have ended before it is cut short. */
const project = 'ablation:\n  seeds: [0, 1, 2]\n  steps: 150\n';

const options = {
  workspaceFixture: 'examples/flow-edit',
  files: { 'counterweight.yaml': project },
  open: ['train.yaml'],
};

function killServer({ workspacePath }: Workbench): void {
  const { owner } = newestRun(workspacePath).record;
  if (!owner) throw new Error('The run does not say whose it is.');
  process.kill(owner.pid, 'SIGKILL');
}

/**
 * How the ablations with these names stand, in the words of the list; '' for one that is not in it, and
 * `run` for one that runs, whichever of its runs it is at.
 */
async function standings(page: Page, names: readonly string[]): Promise<readonly string[]> {
  const rows = await sideBarRows(page);
  return names.map((name) => {
    const row = rows.find((text) => text.startsWith(name)) ?? name;
    return row
      .slice(name.length)
      .trim()
      .replace(/( · |\d+ of 6).*/, '')
      .trim();
  });
}

describe('the queue of ablations', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench(options);
  });
  afterAll(() => workbench?.dispose());

  it('goes on by itself when the server is killed and the window loaded anew, with what had finished', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-resumed-ablation')));
    const { page, workspacePath, screenshot, reload } = workbench;
    const finished = () =>
      runsOnDisk(workspacePath)
        .map(({ record }) => record)
        .filter(({ state }) => state === 'finished');
    const moreThan = (count: number) =>
      expect.poll(() => finished().length, { timeout: 60_000 }).toBeGreaterThan(count);

    await clickCodeLens(page, '▶ without', 'render_loss_weight');
    await moreThan(0);
    const beforeDeath = finished();
    killServer(workbench);
    await moreThan(beforeDeath.length);
    const beforeReload = finished();
    expect(beforeReload.length).toBeLessThan(6);
    await reload();
    const report = await webviewFrame(
      page,
      'the report',
      hasText(/without render[\s\S]*6 of 6 runs ended[\s\S]*psnr/),
      120_000,
    );
    expect(await frameText(report)).toMatch(/finished/);
    await screenshot('resumed-ablation');

    const after = finished();
    expect(after).toHaveLength(6);
    for (const before of [beforeDeath, beforeReload]) {
      expect(after.filter(({ id }) => before.some((run) => run.id === id))).toEqual(before);
    }
  }, 240_000);

  it('is paused, put in another order, goes on in it, and is cleared of what has ended', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-queue')));
    const { page, workspace, workspacePath, screenshot } = workbench;
    const names = ['without velocity', 'velocity ×2', 'render ×2'];
    const stand = (...wanted: readonly string[]) =>
      expect.poll(() => standings(page, names), { timeout: 20_000 }).toEqual(wanted);
    const stands = async (...wanted: readonly string[]) =>
      isDeepStrictEqual(await standings(page, names), wanted);
    const says = (wanted: string) => waitForViewMessage(page, 'Ablations', wanted);
    const before = runsOnDisk(workspacePath).length;
    await page
      .getByRole('tab', { name: /train\.yaml/ })
      .first()
      .click();
    await openSideBar(page, 'Counterweight');
    await clickViewButton(page, 'Ablations', 'Pause the Queue of Runs');
    await says('The queue is paused: what is started now will wait.');
    await clickCodeLens(page, '▶ without', 'velocity_loss_weight');
    await waitForNotification(page, /The queue is paused: it begins when the queue goes on/);
    await stand('paused', '', '');
    await clickCodeLens(page, '×2', 'velocity_loss_weight');
    await stand('paused', 'paused, 1 before it', '');
    await clickCodeLens(page, '×2', 'render_loss_weight');
    await stand('paused', 'paused, 1 before it', 'paused, 2 before it');
    await says('The queue is paused: 18 runs wait.');
    await pickFromRowMenu(page, /^render ×2/, 'Run This Ablation Earlier', () =>
      stands('paused', 'paused, 2 before it', 'paused, 1 before it'),
    );
    await pickFromRowMenu(page, /^without velocity/, 'Run This Ablation Later', () =>
      stands('paused, 1 before it', 'paused, 2 before it', 'paused'),
    );
    await screenshot('queue-paused');
    expect(runsOnDisk(workspacePath)).toHaveLength(before);

    await clickViewButton(page, 'Ablations', 'Continue the Queue of Runs');
    await says('');
    await stand('waits, 1 before it', 'waits, 2 before it', 'run');
    await screenshot('queue-goes-on');
    const { folder, record } = newestRun(workspacePath);
    const ablation = `.counterweight/ablations/${record.ablation?.id}`;
    expect(workspace.read(`${ablation}/ablation.json`)).toContain('render ×2');
    await clickRowButton(page, /^render ×2/, 'Cancel Run');
    await stand('run', 'waits, 1 before it', 'cancelled');

    const files = () => [folder, workspace.path(ablation)].flatMap((path) => readdirSync(path));
    const kept = files();
    await pickFromRowMenu(page, /^render ×2/, 'Take Ablation off the List', async () => {
      return (await standings(page, names))[2] === '';
    });
    await waitForStatusBar(page, /off the list; its files stay in \.counterweight/);
    await screenshot('queue-cleared');
    expect(files()).toEqual(expect.arrayContaining(kept));
    expect(workbench.consoleErrors).toEqual([]);
  }, 120_000);
});
