import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';

import type { LaunchHandle } from '../../server/src/ablation/launcher.ts';
import {
  CommandLauncher,
  type CommandLauncherOptions,
} from '../../server/src/ablation/launchers/command.ts';
import { fillPlaceholders } from '../../server/src/ablation/launchers/placeholders.ts';
import { listProcesses } from '../../server/src/ablation/launchers/processTable.ts';
import { projectFileSchema } from '../../server/src/model/projectFile.ts';
import { runIdSchema } from '../../server/src/model/run.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
const programs = join(fixtures, 'programs');

let runFolder = '';
let launchers: CommandLauncher[] = [];

beforeEach(() => {
  runFolder = mkdtempSync(join(tmpdir(), 'counterweight-command-'));
});

afterEach(() => {
  for (const launcher of launchers) launcher.dispose();
  launchers = [];
  rmSync(runFolder, { recursive: true, force: true });
});

interface LaunchOptions extends CommandLauncherOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function launch(
  command: readonly string[],
  { cwd = programs, env = {}, ...options }: LaunchOptions = {},
): { handle: LaunchHandle; launcher: CommandLauncher; pids: (number | undefined)[] } {
  const launcher = new CommandLauncher(options);
  launchers.push(launcher);
  const pids: (number | undefined)[] = [];
  const handle = launcher.launch(
    {
      engine: 'command',
      runId: runIdSchema.parse('run-1'),
      runFolder,
      configPath: join(runFolder, 'config.yaml'),
      seed: 7,
      command,
      cwd,
      env,
    },
    {
      submitted: () => undefined,
      started: ({ pid }) => pids.push(pid),
      progress: () => undefined,
      notice: () => undefined,
      checkpoint: () => undefined,
    },
  );
  return { handle, launcher, pids };
}

function isAlive(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid);
}

function output(name: string): string {
  return readFileSync(join(runFolder, name), 'utf8');
}

/** Starts the stubborn tree and waits until all its processes ignore SIGTERM. */
async function launchStubborn(): Promise<ReturnType<typeof launch> & { tree: readonly number[] }> {
  const launched = launch(['python3', 'stubborn_tree.py']);
  const text = await vi.waitFor(() => readFile(join(runFolder, 'pids'), 'utf8'), 15_000);
  const tree = text.split(' ').map(Number);
  expect(tree).toHaveLength(3);
  expect(tree.every(isAlive)).toBe(true);
  return { ...launched, tree };
}

const printEnvironment = `
import os, sys
print(sys.argv[1], os.environ["COUNTERWEIGHT_RUN_DIR"], os.environ["COUNTERWEIGHT_SEED"])
print(os.environ.get("OWN"), os.environ.get("VSCODE_PID"), os.environ.get("ELECTRON_RUN_AS_NODE"))
print(repr(sys.stdin.read()), file=sys.stderr)
`;

describe('a program that ends by itself', () => {
  test('gets its arguments and environment untouched, no input, and its output is kept', async () => {
    const argument = 'two words; $(echo no shell) "quoted"';
    const environment = { ...process.env, VSCODE_PID: '1', ELECTRON_RUN_AS_NODE: '1' };
    const { handle, pids } = launch(['python3', '-c', printEnvironment, argument], {
      env: { OWN: 'yes' },
      environment,
    });
    expect(await handle.ended).toEqual({ state: 'finished', exitCode: 0, signal: null });
    expect(pids).toEqual([expect.any(Number)]);
    expect(output('stdout.log')).toBe(`${argument} ${runFolder} 7\nyes None None\n`);
    expect(output('stderr.log')).toBe("''\n");
  });

  test('fails with its exit code and the last lines of stderr', async () => {
    const cwd = join(fixtures, 'workspaces/failing-command');
    const { handle } = launch(['python3', 'fail_at_once.py'], { cwd });
    expect(await handle.ended).toEqual({
      state: 'failed',
      exitCode: 3,
      signal: null,
      reason:
        'The command exited with code 3. Its last lines:\nFileNotFoundError: there is no dataset at /nowhere',
    });
  });

  test('does not hold the run up by a process that it leaves behind', async () => {
    const { handle } = launch(['python3', 'left_behind.py']);
    expect((await handle.ended).state).toBe('finished');
    const left = Number(output('stdout.log'));
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
  });

  test('keeps the newest output within the limit', async () => {
    const script = 'for i in range(40000): print("line", i, "x" * 60)';
    const { handle } = launch(['python3', '-c', script], { outputLimit: 1_000_000 });
    expect((await handle.ended).state).toBe('finished');
    const sizes = ['stdout.log', 'stdout.log.1'].map(
      (name) => statSync(join(runFolder, name)).size,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_000_000);
    expect(output('stdout.log')).toMatch(/^\[Counterweight: [^\n]+\n/);
    expect(output('stdout.log').trimEnd()).toMatch(/\nline 39999 x+$/);
  });
});

test("a user's own program trains on the copy of the config that it is given", async () => {
  const cwd = join(fixtures, 'workspaces/plain-python');
  const config = join(runFolder, 'config.yaml');
  const text = readFileSync(join(cwd, 'train.yaml'), 'utf8');
  writeFileSync(config, text.replace('smooth_loss_weight: 0.05', 'smooth_loss_weight: 0'));
  const { run } = projectFileSchema.parse(
    parseYaml(readFileSync(join(cwd, 'counterweight.yaml'), 'utf8')),
  );
  const command = fillPlaceholders([...(run?.command ?? []), '--steps', '{steps}'], {
    config,
    run_dir: runFolder,
    seed: 3,
    steps: 20,
  });
  const { handle } = launch(command.ok ? command.value : [], { cwd });
  expect(await handle.ended).toEqual({ state: 'finished', exitCode: 0, signal: null });
  expect(output('stdout.log')).toBe('trained 20 steps with seed 3\n');
  const rows = output('metrics.jsonl').trimEnd().split('\n');
  expect(rows).toHaveLength(20);
  const last = JSON.parse(rows.at(-1) ?? '');
  expect(last).toMatchObject({ step: 20, smooth_loss: expect.any(Number) });
  expect(last.total_loss).toBe(last.fit_loss);
});

describe('a program that cannot be started', () => {
  test.each([
    ['a name that is not on PATH', ['no-such-program-here'], {}, /was not found on PATH\. Install/],
    ['a path that does not exist', ['./nothing.sh'], {}, /^\.\/nothing\.sh does not exist \(seen/],
    ['a file that is no program', ['./left_behind.py'], {}, /may not be executed/],
    ['a folder that does not exist', ['python3'], { cwd: '/no/such/place' }, /run\.cwd/],
    ['an argument that no system takes', ['python3', 'a\0b'], {}, /could not be started/],
  ])('%s', async (_name, command, options, reason) => {
    const { handle, pids } = launch(command, options);
    const end = await handle.ended;
    expect(end).toMatchObject({ state: 'failed', exitCode: null, signal: null });
    expect(end.reason).toMatch(reason);
    expect(pids).toEqual([]);
  });
});

describe('cancelling', () => {
  test('takes a tree that ignores SIGTERM down within two seconds', async () => {
    const { handle, tree } = await launchStubborn();
    const start = performance.now();
    handle.cancel();
    expect(await handle.ended).toEqual({ state: 'cancelled', exitCode: null, signal: 'SIGKILL' });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(tree.filter(isAlive)).toEqual([]);
  });

  test('lets a program that listens end by itself', async () => {
    const script =
      'import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint("ready", flush=True)\nsignal.pause()';
    const { handle } = launch(['python3', '-c', script]);
    await vi.waitFor(() => expect(output('stdout.log')).toBe('ready\n'), 15_000);
    const start = performance.now();
    handle.cancel();
    handle.cancel();
    expect(await handle.ended).toEqual({ state: 'cancelled', exitCode: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(900);
  });

  test('after the end changes nothing', async () => {
    const { handle } = launch(['python3', '-c', '']);
    const end = await handle.ended;
    handle.cancel();
    expect(await handle.ended).toBe(end);
    expect(end.state).toBe('finished');
  });

  test('dispose kills every tree at once', async () => {
    const { handle, launcher, tree } = await launchStubborn();
    launcher.dispose();
    expect((await handle.ended).state).toBe('cancelled');
    expect(tree.filter(isAlive)).toEqual([]);
  });
});

test('a program killed from outside is a crash, and what it started goes with it', async () => {
  const { handle, tree } = await launchStubborn();
  const [root = 0] = tree;
  process.kill(root, 'SIGKILL');
  const end = await handle.ended;
  expect(end).toMatchObject({ state: 'crashed', exitCode: null, signal: 'SIGKILL' });
  expect(end.reason).toContain('ended by the signal SIGKILL. The system does that when memory');
  expect(tree.filter(isAlive)).toEqual([]);
});
