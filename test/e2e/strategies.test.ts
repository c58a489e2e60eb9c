import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import {
  acceptSuggestion,
  editorLines,
  hoverLine,
  hoverPictureSize,
  quickFix,
  replaceLine,
  squiggleCount,
  typeAtEnd,
  waitForCodeLens,
  waitForSquiggle,
  waitForSuggestion,
} from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import { waitForProblem } from './support/surfaces.ts';
import { openWorkbench, type Workbench } from './support/workbench.ts';

/** The example with a warm-up and a cosine, and without its last line, the strategy. */
const config = readFileSync('examples/flow-edit/train.yaml', 'utf8')
  .replace('name: constant ', 'name: cosine ')
  .replace('warmup_steps: 0 ', 'warmup_steps: 90 ')
  .replace(/^strategy:.*\n/m, '');

describe('the config of a built-in task', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      workspaceFixture: 'examples/flow-edit',
      files: { 'train.yaml': config },
      open: ['train.yaml'],
    });
  });
  afterAll(() => workbench?.dispose());

  it('offers the strategies, and writes one with its options', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-strategies-completion')));
    const { page } = workbench;
    await waitForCodeLens(page, 'without');
    await typeAtEnd(page, 'strategy: ');
    expect(await waitForSuggestion(page, 'aligned-mtl')).toContain('null');
    await workbench.screenshot('strategies-offered');
    await page.keyboard.type('sigm');
    await waitForSuggestion(page, 'sigmoid …');
    await workbench.screenshot('strategies-narrowed');
    await acceptSuggestion(page, 'sigmoid …');
    const lines = await editorLines(page);
    const at = lines.indexOf('strategy:');
    expect(lines.slice(at, at + 3)).toEqual([
      'strategy:',
      '  name: sigmoid',
      expect.stringMatching(/^ {2}\w+: /),
    ]);
    expect(await squiggleCount(page, 'error')).toBe(0);
  });

  it('draws a strategy that follows a course, and says what it guarantees', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-strategies-hover')));
    const { page } = workbench;
    const text = await hoverLine(page, 'name: sigmoid', 'sigmoid', /baseline to beat/);
    expect(text).toMatch(/factor of the weight: .* at step 1, .* at step 450, .* at step 900/);
    expect(text).toContain('cost of a step');
    expect(await hoverPictureSize(page)).toEqual([360, 110]);
    await workbench.screenshot('strategies-hover');
    await page.mouse.move(5, 400);
  });

  it('draws a schedule of the learning rate', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-strategies-schedule')));
    const { page } = workbench;
    const text = await hoverLine(page, 'name: cosine', 'cosine', /at step 900/);
    expect(text).toContain('half a cosine wave');
    expect(await hoverPictureSize(page)).toEqual([360, 110]);
    await workbench.screenshot('strategies-schedule');
    await page.mouse.move(5, 400);
  });

  it('marks a misspelt key and mends it', async () => {
    onTestFailed(async () => void (await workbench.screenshot('failed-strategies-fix')));
    const { page } = workbench;
    await replaceLine(page, 'accumulate_steps: 1', 'acumulate_steps: 1');
    await waitForSquiggle(page, 'error');
    expect(await waitForProblem(page, /acumulate_steps/)).toContain(
      'did you mean accumulate_steps?',
    );
    await workbench.screenshot('strategies-misspelt');
    await runCommand(page, 'View: Toggle Panel Visibility');
    await quickFix(page, 'acumulate_steps', 'Change to accumulate_steps', 'acumulate_steps');
    await page.locator('.squiggly-error').waitFor({ state: 'detached' });
    expect((await editorLines(page)).join('\n')).toContain('\naccumulate_steps: 1');
  });

  it('leaves no error on the console', () => {
    expect(workbench.consoleErrors).toEqual([]);
  });
});
