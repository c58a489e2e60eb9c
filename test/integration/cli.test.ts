import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { flowConfig, jsonLines } from '../support/otherProgram.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const cli = resolve('dist', 'cli.cjs');

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function run(...args: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, [cli, ...args], (failure, out, error) => {
      done({ code: typeof failure?.code === 'number' ? failure.code : 0, out, error });
    });
  });
}

/** Sixty probes in which one loss moves almost nothing. */
const weakLog = Array.from({ length: 60 }, (_, step) =>
  JSON.stringify({
    step,
    velocity_loss: 1 / (step + 1),
    render_loss: 1 / (step + 2),
    'grad/velocity': 1 + 0.01 * (step % 3),
    'grad/render': 0.01,
  }),
).join('\n');

describe('counterweight check', () => {
  it('prints terms with the words of the hints, and exits with 0 when nothing is found', async () => {
    using workspace = new TemporaryWorkspace({
      'train.yaml': flowConfig(),
      'logs/metrics.jsonl': jsonLines(40),
    });
    const { code, out, error } = await run('check', workspace.path('train.yaml'));
    expect(error).toBe('');
    expect(out).toMatch(/velocity = 1 +loss 1\.04 · \d+ % of total/);
    expect(code).toBe(0);
  });

  it('checks every config of a folder that git does not ignore', async () => {
    using workspace = new TemporaryWorkspace({
      '.gitignore': 'old/\n',
      'conf/train.yaml': flowConfig(),
      'conf/logs/metrics.jsonl': `${weakLog}\n`,
      'conf/optimizer.yaml': 'weight_decay: 0.1\n',
      'old/train.yaml': flowConfig(),
      'other.toml': 'kl_weight = 0.5\n',
    });
    const { code, out, error } = await run('check', workspace.root, '--json');
    expect(error).toBe('');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { config: workspace.path('other.toml'), findings: [] },
      { config: workspace.path('conf/train.yaml'), findings: [expect.anything()] },
    ]);
    const empty = await run('check', workspace.path('conf/logs'));
    expect(empty.error).toContain('None of the 0 files');
    expect(empty.code).toBe(2);
  });

  it('prints findings at their place, as text and as JSON, and exits with 1', async () => {
    using workspace = new TemporaryWorkspace({
      'train.yaml': flowConfig(),
      'logs/metrics.jsonl': `${weakLog}\n`,
    });
    const path = workspace.path('train.yaml');
    const human = await run('check', path);
    expect(human.code).toBe(1);
    expect(human.out).toMatch(/train\.yaml:8:25: warning: .*gradient.*\[(dominance|weak-loss)\]/);
    const json = await run('check', path, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      config: path,
      terms: [{ name: 'velocity', weight: 1 }, { name: 'render' }],
      findings: [{ severity: 'warning', line: 8 }],
    });
  });

  it('says what is wrong with a config that does not parse', async () => {
    using workspace = new TemporaryWorkspace({
      'train.yaml': 'velocity_loss_weight: 1.0\nlr: 1: 2\n',
    });
    const { code, out } = await run('check', workspace.path('train.yaml'));
    expect(code).toBe(1);
    expect(out).toMatch(/train\.yaml:2:\d+: error: .*\[yaml-syntax\]/);
  });

  it('exits with 2 and words where it cannot look', async () => {
    expect(await run('check', '/nowhere/train.yaml')).toMatchObject({ code: 2, out: '' });
    expect((await run('check', '/nowhere/train.yaml')).error).toMatch(/cannot be read/);
    expect(await run('check')).toMatchObject({ code: 2 });
    expect((await run('check', '--jsn', 'x')).error).toMatch(/jsn/);
    expect((await run('chek')).error).toMatch(/no command "chek"/);
    expect(await run()).toMatchObject({ code: 0 });
  });
});
