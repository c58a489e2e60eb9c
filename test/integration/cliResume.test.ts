import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { waitFor } from '../../scripts/processes.mts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

/** Its second run waits for a file; all others are done at once. */
const program = `
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
const [runDir] = process.argv.slice(2);
appendFileSync(join(runDir, 'metrics.jsonl'), '{"step":1,"kl_loss":0.5,"total_loss":1}\\n');
appendFileSync('began.txt', runDir + '\\n');
const timer = setInterval(() => {
  if (existsSync('may-end') || !runDir.includes('without-kl-s0')) clearInterval(timer);
}, 10);
`;

const files = {
  'train.yaml': 'loss:\n  recon_weight: 1.0\n  kl_weight: 0.5\n',
  'train.mjs': program,
  'counterweight.yaml': `run:\n  command: ${JSON.stringify([process.execPath, 'train.mjs', '{run_dir}', '{config}'])}\n`,
};

interface Terminal {
  readonly process: ChildProcess;
  readonly text: () => string;
}

function type(cwd: string, ...args: readonly string[]): Terminal {
  const child = spawn(process.execPath, [resolve('dist', 'cli.cjs'), ...args], { cwd });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  return { process: child, text: () => text };
}

describe('counterweight ablate --resume', () => {
  it('runs what a terminal that was closed has left, and what it has finished only once', async () => {
    using workspace = new TemporaryWorkspace(files);
    const began = () =>
      existsSync(workspace.path('began.txt'))
        ? workspace.read('began.txt').trim().split('\n').length
        : 0;
    const first = type(workspace.root, 'ablate', 'train.yaml', '--without', 'kl', '--seeds', '0,1');
    await waitFor('its second run', async () => began() === 2 || undefined, 30_000);
    const [, id = ''] =
      /goes on with: counterweight ablate --resume (\S+)/.exec(first.text()) ?? [];
    expect(first.text()).toMatch(/1\/4 baseline, seed 0: finished/);
    first.process.kill('SIGKILL');
    await once(first.process, 'close');

    const unknown = type(workspace.root, 'ablate', '--resume', 'another');
    expect(await once(unknown.process, 'close')).toEqual([2, null]);
    expect(unknown.text()).toContain(`Those that can go on: ${id}.`);

    workspace.write('may-end', '');
    const second = type(workspace.root, 'ablate', '--resume', id);
    expect(await once(second.process, 'close')).toEqual([0, null]);
    expect(second.text()).toMatch(/4\/4 .*: finished/);
    expect(second.text()).toMatch(/without kl · train\.yaml, 2 seeds/);
    // One for each arm, and one more for that which was cut short.
    expect(began()).toBe(5);
  });
});
