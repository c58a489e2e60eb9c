import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import { editorLines } from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import {
  answerDialog,
  clearNotifications,
  dialogText,
  tabTitles,
  waitForNotification,
} from './support/surfaces.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const command = 'Counterweight: Add PyTorch Probe';
const name = 'counterweight_probe.py';
const carried = readFileSync(`python/${name}`, 'utf8');

describe('the probe for a PyTorch script', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    const files = { 'fit/train.py': 'import torch\n', 'notes.md': 'Fits.\n' };
    workbench = await openWorkbench({ files, open: ['notes.md', 'fit/train.py'] });
  });
  afterAll(() => workbench?.dispose());

  it('is put beside the script in front, and the lines to add are shown', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-probe-add')));
    const { page, workspace } = workbench;
    await runCommand(page, command);
    await waitForNotification(page, /lies beside train\.py now\./);
    expect(workspace.read(`fit/${name}`)).toBe(carried);
    expect(await tabTitles(page)).toContain('Probe lines for train.py');
    const text = (await editorLines(page)).join('\n').replaceAll('\u00A0', ' ');
    expect(text).toContain('probe = counterweight_probe.Probe(model, every=50, out="runs/train")');
    await workbench.screenshot('probe-add');
    await clearNotifications(page);
  });

  it('is left as it is where it is there already', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-probe-same')));
    const { page } = workbench;
    await runCommand(page, command);
    await waitForNotification(page, /beside train\.py already, unchanged\./);
    await clearNotifications(page);
  });

  it('is written over a file that differs only when the user says so', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-probe-differs')));
    const { page, workspace } = workbench;
    workspace.write(`fit/${name}`, '# mine\n');
    await runCommand(page, command);
    expect(await dialogText(page)).toContain(`Beside train.py lies another ${name}. Replace it?`);
    await answerDialog(page, 'Cancel');
    expect(workspace.read(`fit/${name}`)).toBe('# mine\n');
    await runCommand(page, command);
    await answerDialog(page, 'Replace');
    await waitForNotification(page, /beside train\.py was replaced\./);
    expect(workspace.read(`fit/${name}`)).toBe(carried);
    await clearNotifications(page);
  });

  it('is asked for by the snippet', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-probe-snippet')));
    const { page } = workbench;
    await runCommand(page, 'View: Focus First Editor Group');
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('counterweight');
    const rows = page.locator('.suggest-widget.visible .monaco-list-row');
    await rows.filter({ hasText: 'Counterweight 1: import the probe' }).click({ timeout: 30_000 });
    await expect
      .poll(async () => (await editorLines(page)).join('\n'), { timeout: 10_000 })
      .toContain('import counterweight_probe');
    expect(workbench.consoleErrors).toEqual([]);
  });
});
