import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import {
  missingSlurm,
  type SlurmCluster,
  slurmPackages,
  startSlurm,
} from '../../scripts/slurm.mts';
import {
  type LaunchHandle,
  type SlurmPlace,
  unnumberedJob,
} from '../../server/src/ablation/launcher.ts';
import {
  listProcesses,
  readEnvironment,
} from '../../server/src/ablation/launchers/processTable.ts';
import { SlurmLauncher } from '../../server/src/ablation/launchers/slurm.ts';
import {
  type RunProgram,
  slurmPrograms,
} from '../../server/src/ablation/launchers/slurmCommands.ts';
import { succeed } from '../../server/src/base/result.ts';
import { type RunRecord, runIdSchema, runRecordSchema } from '../../server/src/model/run.ts';

const cli = resolve('dist', 'cli.cjs');
const missing = missingSlurm();
const name =
  missing.length === 0
    ? 'a real Slurm'
    : `a real Slurm (NOT RUN: ${missing.join(', ')} missing; apt-get install ${slurmPackages.join(' ')})`;

/** Until a job is through the queue of a machine that is busy with other tests. */
const soon = { timeout: 40_000, interval: 50 };

describe.runIf(missing.length === 0)(name, () => {
  let cluster: SlurmCluster | undefined;
  let folder = '';
  let launchers: SlurmLauncher[] = [];

  beforeAll(async () => {
    cluster = await startSlurm();
  }, 60_000);
  afterAll(() => cluster?.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "counterweight slurm 'a $(b) %j-"));
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    for (const launcher of launchers) launcher.dispose();
    launchers = [];
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  function environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...cluster?.environment };
  }

  function createLauncher(run: RunProgram = slurmPrograms(environment())): SlurmLauncher {
    const launcher = new SlurmLauncher({ run, gatherMs: 200, lookEveryMs: 300 });
    launchers.push(launcher);
    return launcher;
  }

  interface Run {
    readonly handle: LaunchHandle;
    readonly runFolder: string;
    readonly said: string[];
    readonly output: () => string;
  }

  async function launch(
    launcher: SlurmLauncher,
    id: string,
    command: readonly string[],
    place: Partial<SlurmPlace> = {},
  ): Promise<Run> {
    const runFolder = join(folder, '.counterweight', 'runs', id);
    await mkdir(runFolder, { recursive: true });
    const said: string[] = [];
    const handle = launcher.launch(
      {
        engine: 'command',
        runId: runIdSchema.parse(id),
        runFolder,
        configPath: join(runFolder, 'config.yaml'),
        seed: 7,
        command,
        cwd: folder,
        env: { OWN: 'two words; $(echo no shell)' },
        slurm: { array: 'experiment', header: [], ...place },
      },
      {
        submitted: async (job) => {
          if (job !== unnumberedJob) said.push(job);
        },
        started: () => void said.push('started'),
        progress: () => undefined,
        notice: ({ text }) => void said.push(text),
        checkpoint: () => undefined,
      },
    );
    return {
      handle,
      runFolder,
      said,
      output: () => readFileSync(join(runFolder, 'stdout.log'), 'utf8'),
    };
  }

  const show =
    'import os, sys; print(sys.argv[1], os.environ["COUNTERWEIGHT_SEED"], os.environ["OWN"], os.environ["SLURM_ARRAY_TASK_ID"], os.environ["FROM_HEADER"])';

  test('runs an array, each task with its own arguments, and tells how each ended', async () => {
    const launcher = createLauncher();
    const header = ['#SBATCH --partition=short', 'export FROM_HEADER=yes'];
    const good = await launch(launcher, 'good', ['python3', '-c', show, 'a "b"'], { header });
    const bad = await launch(
      launcher,
      'bad',
      ['python3', '-c', 'import sys; sys.exit("there is no dataset")'],
      { header },
    );
    expect(await good.handle.ended).toEqual({ state: 'finished', exitCode: 0, signal: null });
    expect(good.output()).toBe('a "b" 7 two words; $(echo no shell) 0 yes\n');
    expect(await bad.handle.ended).toMatchObject({
      state: 'failed',
      exitCode: 1,
      reason: 'The command exited with code 1. Its last lines:\nthere is no dataset',
    });
    const [job = ''] = good.said;
    expect(bad.said[0]).toBe(job.replace('_0', '_1'));
  });

  /** Processes of a run, wherever they are by now. */
  function processesOf({ runFolder }: Run): readonly number[] {
    const mark = `COUNTERWEIGHT_RUN_DIR=${runFolder}`;
    const marked = ({ pid }: { readonly pid: number }): boolean =>
      readEnvironment(pid).split('\0').includes(mark);
    return listProcesses()
      .filter(marked)
      .map(({ pid }) => pid);
  }

  test('cancels a run that ignores it with what it has started, and leaves the other of its array', async () => {
    const launcher = createLauncher();
    const stubborn =
      'import signal, subprocess; signal.signal(signal.SIGTERM, signal.SIG_IGN); print("up", flush=True); subprocess.run(["sleep", "300"])';
    const run = await launch(launcher, 'long', ['python3', '-c', stubborn]);
    const other = await launch(launcher, 'other', ['sleep', '8']);
    await vi.waitFor(() => expect(run.output()).toBe('up\n'), soon);
    await vi.waitFor(() => expect(run.said).toContain('started'), soon);
    const asked = performance.now();
    run.handle.cancel();
    expect(await run.handle.ended).toMatchObject({ state: 'cancelled' });
    const told = performance.now() - asked;
    // Of the cluster's KillWait of 30 seconds nothing is seen.
    await vi.waitFor(() => expect(processesOf(run)).toEqual([]), { timeout: 15_000, interval: 50 });
    expect(told).toBeLessThan(2000);
    expect((await other.handle.ended).state).toBe('finished');
  });

  test('finds jobs by their folder whose number nobody has heard', async () => {
    const real = slurmPrograms(environment());
    const deaf: RunProgram = async (program, args) => {
      const output = await real(program, args);
      return program === 'sbatch' && output.ok
        ? succeed({ exitCode: null, stdout: '', stderr: '' })
        : output;
    };
    const launcher = createLauncher(deaf);
    const runs = [
      await launch(launcher, 'unheard', ['true']),
      await launch(launcher, 'held', ['true'], { header: ['#SBATCH --hold'] }),
    ];
    const [first, held] = runs;
    expect((await first?.handle.ended)?.state).toBe('finished');
    expect(first?.said[0]).toMatch(/^\d+_0$/);
    await vi.waitFor(() => expect(held?.said).toHaveLength(2), soon);
    held?.handle.cancel();
    expect((await held?.handle.ended)?.state).toBe('cancelled');
  });

  test('gives more runs than an array may have as several, which keep to the limit together', async () => {
    const launcher = createLauncher();
    const place = { array: 'large', arrayLimit: 3 };
    const ids = Array.from({ length: 7 }, (_, index) => `many-${index}`);
    const runs = await Promise.all(ids.map((id) => launch(launcher, id, ['true'], place)));
    const ends = await Promise.all(runs.map(({ handle }) => handle.ended));
    expect(ends.map(({ state }) => state)).toEqual(ids.map(() => 'finished'));
    const indices = runs.map(({ said }) => said[0]?.split('_')[1]);
    expect(indices.toSorted()).toEqual(['0', '0', '1', '1', '2', '3', '4']);
  });

  test('goes on without the editor, and is found again by the next', async () => {
    const first = createLauncher();
    const wait =
      'import os, time\nwhile not os.path.exists("go"): time.sleep(0.05)\nprint("went on")';
    const before = await launch(first, 'patient', ['python3', '-c', wait]);
    await vi.waitFor(() => expect(before.said).toContain('started'), soon);
    first.dispose();
    const [job = ''] = before.said;
    const after = await launch(createLauncher(), 'patient', ['not', 'started'], { job });
    await vi.waitFor(() => expect(after.said).toEqual([job, 'started']), soon);
    await mkdir(join(folder, 'go'));
    expect((await after.handle.ended).state).toBe('finished');
    expect(after.output()).toBe('went on\n');
    // And once more when it is over, with nobody there to see it.
    const late = await launch(createLauncher(), 'patient', ['not', 'started'], { job });
    expect((await late.handle.ended).state).toBe('finished');
  });

  test('says that a job is held, why, and how to release it', async () => {
    const launcher = createLauncher();
    const run = await launch(launcher, 'held', ['true'], { header: ['#SBATCH --hold'] });
    await vi.waitFor(() => expect(run.said).toHaveLength(2), soon);
    const [job = '', words] = run.said;
    expect(words).toBe(
      `Slurm holds job ${job} (JobHeldUser). Let it go on with: scontrol release ${job}`,
    );
    execFileSync('scontrol', ['release', job], { env: environment() });
    expect((await run.handle.ended).state).toBe('finished');
  });

  test('tells what the cluster ended from what the program did', async () => {
    const launcher = createLauncher();
    const eat =
      'print("eats", flush=True); import time; a = bytearray(400 * 2**20); time.sleep(60)';
    const hungry = await launch(launcher, 'hungry', ['python3', '-c', eat], {
      header: ['#SBATCH --mem=50'],
    });
    const end = await hungry.handle.ended;
    expect(end).toMatchObject({ state: 'crashed' });
    expect(end.reason).toMatch(/took more memory than it had asked for.*--mem/s);
  });

  test.each([
    ['a partition that is not there', ['#SBATCH --partition=gpuu'], /There are: debug, short\./],
    ['an option that is not there', ['#SBATCH --tmie=4'], /unrecognized option '--tmie=4'\. Mend/],
    ['more memory than there is', ['#SBATCH --mem=900G'], /No node of the partition/],
    ['more time than is allowed', ['#SBATCH -p short -t 5'], /time limit/i],
  ])('says in words why it takes nothing: %s', async (_what, header, words) => {
    const run = await launch(createLauncher(), 'refused', ['true'], { header });
    const end = await run.handle.ended;
    expect(end.state).toBe('failed');
    expect(end.reason).toMatch(words);
  });

  test('tells the failure of a node from that of the program', async () => {
    const header = ['#SBATCH --no-requeue'];
    const run = await launch(createLauncher(), 'stranded', ['sleep', '300'], { header });
    await vi.waitFor(() => expect(run.said).toContain('started'), soon);
    const setNode = (state: string): readonly string[] => [
      ...['update', 'NodeName=ALL', `State=${state}`, 'Reason=test'],
    ];
    execFileSync('scontrol', setNode('DOWN'), { env: environment() });
    const end = await run.handle.ended;
    // Refused where the node has come back by itself.
    spawnSync('scontrol', setNode('RESUME'), { env: environment() });
    expect(end.reason).toMatch(/The node of job \d+_0 failed/);
    expect(end.state).toBe('crashed');
  });

  /** A workspace whose program trains on the cluster. */
  function copyWorkspace(header: readonly string[]): string {
    const workspace = join(folder, 'project');
    cpSync('test/fixtures/workspaces/plain-python', workspace, { recursive: true });
    const project = join(workspace, 'counterweight.yaml');
    const slurm = `run:\n  slurm: { header: ${JSON.stringify(header)}, array_limit: 3 }`;
    writeFileSync(project, readFileSync(project, 'utf8').replace(/^run:$/m, slurm));
    return workspace;
  }

  function readRecords(workspace: string): readonly RunRecord[] {
    const runs = join(workspace, '.counterweight', 'runs');
    return readdirSync(runs).map((id) =>
      runRecordSchema.parse(JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8'))),
    );
  }

  function expectOneArray(workspace: string): void {
    const records = readRecords(workspace);
    const array = records[0]?.job?.split('_')[0];
    expect(records.map(({ job }) => job).sort()).toEqual(
      [0, 1, 2, 3].map((index) => `${array}_${index}`),
    );
    expect(records.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'finished'));
    expect(readdirSync(join(workspace, '.counterweight', 'slurm'))).toHaveLength(1);
  }

  test('takes an ablation as one array, which comes back as a report', () => {
    const workspace = copyWorkspace(['#SBATCH --partition=short']);
    const command = [cli, 'ablate', join(workspace, 'train.yaml'), '--without', 'smooth'];
    const printed = execFileSync(process.execPath, command, {
      cwd: workspace,
      env: environment(),
      encoding: 'utf8',
    });
    expect(printed).toContain('without smooth');
    expectOneArray(workspace);
  });

  test('goes on with an ablation whose process was killed, and submits nothing twice', async () => {
    const workspace = copyWorkspace(['#SBATCH --begin=now+6']);
    const options = { cwd: workspace, env: environment() };
    const ablate = [cli, 'ablate', join(workspace, 'train.yaml'), '--without', 'smooth'];
    const killed = spawn(process.execPath, ablate, { ...options, stdio: 'ignore' });
    const ended = once(killed, 'exit');
    // As soon as Slurm may have them: whether the number is known by then is left to chance.
    await vi.waitFor(() => {
      const jobs = readRecords(workspace).filter(({ job }) => job !== undefined);
      expect(jobs).toHaveLength(4);
    }, soon);
    await vi.waitFor(() => {
      const queue = execFileSync('squeue', ['--noheader', '--format=%i'], {
        env: environment(),
        encoding: 'utf8',
      });
      expect(queue.trim()).not.toBe('');
    }, soon);
    killed.kill('SIGKILL');
    await ended;
    const [id = ''] = readdirSync(join(workspace, '.counterweight', 'ablations'));
    const resumed = execFileSync(process.execPath, [cli, 'ablate', '--resume', id], {
      ...options,
      encoding: 'utf8',
    });
    expect(resumed).toContain('without smooth');
    expectOneArray(workspace);
  });
});
