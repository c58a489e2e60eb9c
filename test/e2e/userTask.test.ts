import { existsSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { clickCodeLens, editorLines } from './support/editor.ts';
import { fillInput, runCommand } from './support/palette.ts';
import { newestRun, waitForRun } from './support/runs.ts';
import {
  clickNotificationButton,
  notificationTexts,
  tabTitles,
  waitForNotification,
} from './support/surfaces.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

describe('a training task of one’s own', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({ files: { 'notes.md': 'Waves.\n' }, open: ['notes.md'] });
  });
  afterAll(() => workbench?.dispose());

  it('is written by the command, with its types and a config', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-user-task-new')));
    const { page, workspace } = workbench;
    await runCommand(page, 'Counterweight: New Training Task…');
    await fillInput(page, 'wave.ts');
    await expect.poll(() => tabTitles(page), { timeout: 30_000 }).toContain('train.yaml');
    expect(await tabTitles(page)).toContain('wave.ts');
    expect(workspace.read('train.yaml')).toContain('task: ./wave.ts');
    expect(existsSync(workspace.path('counterweight-task.d.ts'))).toBe(true);
    await workbench.screenshot('user-task-new');
  });

  it('is not written over what is there', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-user-task-twice')));
    const { page } = workbench;
    await runCommand(page, 'Counterweight: New Training Task…');
    await fillInput(page, 'wave.ts');
    const said = page.locator('.quick-input-widget .quick-input-message');
    await expect.poll(() => said.innerText()).toContain('wave.ts is there already');
    await page.keyboard.press('Escape');
  });

  it('trains from the lens above its config, to the end', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-user-task-run')));
    const { page, workspacePath } = workbench;
    await clickCodeLens(page, 'run training');
    const { record, metricLines } = await waitForRun(
      workspacePath,
      ({ state }) => state !== 'queued' && state !== 'running',
      120_000,
    );
    expect(record).toMatchObject({ state: 'finished', steps: 600, sharedGroup: 'network' });
    expect(metricLines).toBe(601);
    await workbench.screenshot('user-task-run');
  });

  it('says where it is wrong, and goes there', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-user-task-mistake')));
    const { page, workspace, workspacePath } = workbench;
    const text = workspace.read('wave.ts');
    const wrong = text.replace('network(x), y', 'network(x), tf.zeros([2, 3, 5])');
    workspace.write('wave.ts', wrong);
    const line = wrong.slice(0, wrong.indexOf('tf.zeros([2, 3, 5])')).split('\n').length;
    await runCommand(page, 'Counterweight: Run Instrumented Training');
    const place = `wave.ts:${line}`;
    const said = await waitForNotification(page, /wave\.ts:\d+:\d+: in losses\(\)/, 60_000);
    expect(said).toContain(place);
    await waitForRun(workspacePath, ({ state }) => state === 'failed');
    expect(newestRun(workspacePath).record.place).toMatchObject({
      path: workspace.path('wave.ts'),
      line,
    });
    await workbench.screenshot('user-task-mistake');
    await clickNotificationButton(page, place, `Open ${place}`);
    await expect
      .poll(() => page.locator('.statusbar-item[id*="selection"]').innerText())
      .toContain(`Ln ${line}`);
    expect((await editorLines(page)).join('\n')).toContain('tf.zeros([2, 3, 5])');
  });

  it('leaves no error on the console', async () => {
    expect(workbench.consoleErrors).toEqual([]);
    expect((await notificationTexts(workbench.page)).join()).not.toMatch(/could not be written/);
  });
});
