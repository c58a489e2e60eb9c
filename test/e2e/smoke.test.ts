import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import {
  clickCodeLens,
  codeLensTexts,
  editorLines,
  hoverLine,
  openFile,
  quickFixTitles,
  replaceLine,
  saveFile,
  squiggleCount,
  waitForCodeLens,
  waitForInlayHint,
  waitForSquiggle,
} from './support/editor.ts';
import { offeredCommands, runCommand } from './support/palette.ts';
import {
  acceptTrust,
  dialogText,
  openSideBar,
  problemTexts,
  statusBarText,
  tabTitles,
  waitForNotification,
} from './support/surfaces.ts';
import { canvasInk, hasVisible, waitForCurves, webviewFrame } from './support/webviews.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

const config = `model: vae
velocity_loss_weight: 1.0
render_loss_weight: 0.3
log_dir: logs
`;

/** Sixty probes in which one loss moves almost nothing and both fight. */
const log = Array.from({ length: 60 }, (_, step) =>
  JSON.stringify({
    step,
    'loss/velocity': 1 / (step + 1),
    'loss/render': 0.5 + step * 0.001,
    'grad/velocity': 1,
    'grad/render': 0.01,
    'cos/velocity~render': -0.5,
  }),
).join('\n');

const files = {
  'train.yaml': config,
  'logs/metrics.jsonl': `${log}\n`,
  'notes/todo.md': '# To do\n',
};

describe('a trusted workspace with a config and a log', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({ files, open: ['train.yaml'] });
  });

  afterAll(() => workbench?.dispose());

  it('shows code lens, inlay hint and squiggle in the editor', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-smoke-editor')));
    const { page } = workbench;
    await waitForCodeLens(page, 'without');
    await waitForSquiggle(page, 'warning');
    expect(await waitForInlayHint(page, 'velocity_loss_weight', /grad \d/)).toContain('cos −0.50');
    expect((await editorLines(page)).slice(0, 3)).toEqual(config.split('\n').slice(0, 3));
    expect((await codeLensTexts(page)).join('\n')).toContain(
      '▶ without | only | ×2 | sweep… | trend',
    );
    expect(await squiggleCount(page, 'error')).toBe(0);
    await workbench.screenshot('smoke-editor');
  });

  it('shows a hover', async () => {
    const { page } = workbench;
    const text = await hoverLine(page, 'velocity_loss_weight', '1.0', /velocity/);
    expect(text).toMatch(/grad/i);
    await workbench.screenshot('smoke-hover');
  });

  it('lists problems and the status bar', async () => {
    const { page } = workbench;
    expect((await problemTexts(page)).join('\n')).toMatch(/counterweight/i);
    expect(await statusBarText(page)).toContain('Counterweight');
    await workbench.screenshot('smoke-problems');
    await runCommand(page, 'View: Toggle Panel Visibility');
  });

  it('offers quick fixes and commands', async () => {
    const { page } = workbench;
    expect(await quickFixTitles(page, 'velocity_loss_weight', '1.0')).not.toEqual([]);
    expect(await offeredCommands(page, 'Counterweight: Run')).toContain(
      'Counterweight: Run Instrumented Training',
    );
  });

  it('opens a web view that draws', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-smoke-trends')));
    const { page } = workbench;
    await clickCodeLens(page, 'trend', 'velocity_loss_weight');
    const frame = await webviewFrame(page, 'a chart', hasVisible('canvas'));
    await waitForCurves(frame, 200);
    const { ink, coloured } = await canvasInk(frame);
    expect(ink).toBeGreaterThan(coloured);
    await workbench.screenshot('smoke-trends');
  });

  it('opens, edits and saves files', async () => {
    const { page } = workbench;
    await openFile(page, 'notes/todo.md');
    await replaceLine(page, '# To do', '# Done');
    await saveFile(page);
    expect(workbench.workspace.read('notes/todo.md')).toBe('# Done\n');
    expect(await tabTitles(page)).toEqual(
      expect.arrayContaining(['train.yaml', 'todo.md', 'Trends: train.yaml']),
    );
    await openSideBar(page, 'Counterweight');
    await workbench.screenshot('smoke-side-bar');
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});

describe('a workspace that nobody has trusted yet', () => {
  it('shows the real trust dialog', async () => {
    const workbench = await openWorkbench({ files, open: ['train.yaml'], trust: 'ask' });
    try {
      const { page } = workbench;
      await page.locator('.monaco-dialog-box').waitFor();
      expect(await dialogText(page)).toContain('trust the authors');
      await workbench.screenshot('smoke-trust');
      await acceptTrust(page);
      await waitForCodeLens(page, 'without');
    } finally {
      await workbench.dispose();
    }
  });
});

describe('a window without a folder', () => {
  it('answers a command with a message', async () => {
    const workbench = await openWorkbench({ files, open: ['train.yaml'], folder: 'none' });
    try {
      onTestFailed(async () => void (await workbench.screenshot('failed-smoke-no-folder')));
      await runCommand(workbench.page, 'Counterweight: Run Instrumented Training');
      expect(await waitForNotification(workbench.page, /folder/i)).toMatch(/folder/i);
      await workbench.screenshot('smoke-no-folder');
    } finally {
      await workbench.dispose();
    }
  });
});
