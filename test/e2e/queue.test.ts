import { describe, expect, it } from 'vitest';

import { clickCodeLens } from './support/editor.ts';
import { runCommand } from './support/palette.ts';
import { runsOnDisk } from './support/runs.ts';
import { frameText, hasText, webviewFrame } from './support/webviews.ts';
import { inWorkbench } from './support/workbench.ts';

/** Short runs of the example: what is tried here is the way, not the science. */
const project = 'ablation:\n  seeds: [0, 1, 2]\n  steps: 60\n';

const options = {
  workspaceFixture: 'examples/flow-edit',
  files: { 'counterweight.yaml': project },
  open: ['train.yaml'],
};

describe('an ablation whose server goes away in its midst', () => {
  it(
    'goes on by itself, with what had finished as it was, to a report',
    () =>
      inWorkbench('resumed-ablation', options, async ({ page, workspacePath, screenshot }) => {
        const finished = () =>
          runsOnDisk(workspacePath).filter(({ record }) => record.state === 'finished');
        await clickCodeLens(page, '▶ without', 'render_loss_weight');
        await expect.poll(() => finished().length, { timeout: 60_000 }).toBeGreaterThan(0);
        await runCommand(page, 'Counterweight: Restart Language Server');
        const before = finished().map(({ record }) => record);
        expect(before.length).toBeLessThan(6);
        const report = await webviewFrame(
          page,
          'the report',
          hasText(/without render[\s\S]*psnr/),
          60_000,
        );
        expect(await frameText(report)).toMatch(/finished/);
        await screenshot('resumed-ablation');
        const after = finished().map(({ record }) => record);
        expect(after).toHaveLength(6);
        expect(after.filter(({ id }) => before.some((run) => run.id === id))).toEqual(before);
      }),
    200_000,
  );
});
