import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
import { ManualClock } from '../support/manualClock.ts';

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
): {
  handle: LaunchHandle;
  launcher: CommandLauncher;
  pids: (number | undefined)[];
  notices: string[];
} {
  const launcher = new CommandLauncher(options);
  launchers.push(launcher);
  const pids: (number | undefined)[] = [];
  const notices: string[] = [];
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
      notice: ({ text }) => notices.push(text),
      checkpoint: () => undefined,
    },
  );
  return { handle, launcher, pids, notices };
}

function isAlive(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid);
}

function output(name: string): string {
  return readFileSync(join(runFolder, name), 'utf8');
}

/** Starts a program that tells of its three processes when they are as they are to be. */
async function launchTree(
  program: string,
): Promise<ReturnType<typeof launch> & { tree: readonly number[] }> {
  const launched = launch(['python3', program]);
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

  test('keeps what it has printed last where the disk is slower than the program', async () => {
    // A pipe in the place of the file: nothing is written before it is read here.
    execFileSync('mkfifo', [join(runFolder, 'stdout.log')]);
    const clock = new ManualClock();
    const prints =
      'import sys, time; print("begin", flush=True); time.sleep(0.2); print("the very end")';
    const { handle, pids } = launch(['python3', '-c', prints], { clock });
    await vi.waitFor(() => expect(pids.some((pid = 0) => isAlive(pid))).toBe(true), 15_000);
    await vi.waitFor(() => expect(pids.some((pid = 0) => isAlive(pid))).toBe(false), 15_000);
    for (let turn = 0; turn < 100; turn += 1) {
      await new Promise((resume) => setImmediate(resume));
      clock.advance(100);
    }
    const text = readFile(join(runFolder, 'stdout.log'), 'utf8');
    await vi.waitFor(async () => {
      clock.advance(100);
      expect(await Promise.race([handle.ended, undefined])).toMatchObject({ state: 'finished' });
    }, 10_000);
    expect(await text).toBe('begin\nthe very end\n');
  });

  test('goes on where its output cannot be written, and it is said', async () => {
    mkdirSync(join(runFolder, 'stdout.log'));
    const { handle, notices } = launch(['python3', '-c', 'print("a" * 100000)']);
    expect((await handle.ended).state).toBe('finished');
    expect(notices).toEqual([expect.stringMatching(/no longer kept: stdout\.log .*EISDIR/)]);
  });

  test('is not held up by what it leaves behind, however much that prints', async () => {
    const command = ['sh', '-c', 'yes & echo $! >&2'];
    const { handle } = launch(command, { outputLimit: 100_000 });
    expect((await handle.ended).state).toBe('finished');
    process.kill(Number(output('stderr.log')), 'SIGKILL');
  });

  test('may print hundreds of megabytes, in lines without end', async () => {
    const script =
      'import sys\nfor i in range(3000): sys.stdout.write("%9d\\r" % i + "y" * 99990)\nprint("end")';
    const before = process.memoryUsage().rss;
    const { handle } = launch(['python3', '-c', script], { outputLimit: 1_000_000 });
    expect((await handle.ended).state).toBe('finished');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    expect(output('stdout.log').slice(-5)).toBe('yend\n');
  });

  test('may print what is no text, which is kept as it is', async () => {
    const script = 'import sys; sys.stderr.buffer.write(b"\\xff\\x00 caf\\xe9\\n"); sys.exit(2)';
    const { handle } = launch(['python3', '-c', script]);
    expect((await handle.ended).reason).toMatch(/Its last lines:\n\ufffd\0 caf\ufffd$/);
    const kept = readFileSync(join(runFolder, 'stderr.log'));
    expect(kept).toEqual(Buffer.from([0xff, 0, 0x20, 0x63, 0x61, 0x66, 0xe9, 0x0a]));
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
    const { handle, tree } = await launchTree('stubborn_tree.py');
    const start = performance.now();
    handle.cancel();
    expect(await handle.ended).toEqual({ state: 'cancelled', exitCode: null, signal: 'SIGKILL' });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(tree.filter(isAlive)).toEqual([]);
  });

  test('takes down a daemon that has left its parent, and what is stopped', async () => {
    const { handle, tree } = await launchTree('daemon_and_stopped.py');
    const start = performance.now();
    handle.cancel();
    expect(await handle.ended).toMatchObject({ state: 'cancelled', signal: 'SIGKILL' });
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
    const { handle, launcher, tree } = await launchTree('stubborn_tree.py');
    launcher.dispose();
    expect((await handle.ended).state).toBe('cancelled');
    expect(tree.filter(isAlive)).toEqual([]);
  });
});

test('a program killed from outside is a crash, and what it started goes with it', async () => {
  const { handle, tree } = await launchTree('stubborn_tree.py');
  const [root = 0] = tree;
  process.kill(root, 'SIGKILL');
  const end = await handle.ended;
  expect(end).toMatchObject({ state: 'crashed', exitCode: null, signal: 'SIGKILL' });
  expect(end.reason).toContain('ended by the signal SIGKILL. The system does that when memory');
  expect(tree.filter(isAlive)).toEqual([]);
});
