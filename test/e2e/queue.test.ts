import { describe, expect, it } from 'vitest';

import { clickCodeLens } from './support/editor.ts';
import { newestRun, runsOnDisk } from './support/runs.ts';
import { frameText, hasText, webviewFrame } from './support/webviews.ts';
import { inWorkbench, type Workbench } from './support/workbench.ts';

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

describe('an ablation whose server is killed in its midst, and whose window is loaded anew', () => {
  it(
    'goes on by itself, with what had finished as it was, to a report',
    () =>
      inWorkbench('resumed-ablation', options, async (workbench) => {
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
      }),
    240_000,
  );
});
