import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { LaunchEnd, LaunchHandle, SlurmPlace } from '../../../server/src/ablation/launcher.ts';
import { SlurmLauncher } from '../../../server/src/ablation/launchers/slurm.ts';
import type { RunProgram } from '../../../server/src/ablation/launchers/slurmCommands.ts';
import { fail, succeed } from '../../../server/src/base/result.ts';
import { runIdSchema } from '../../../server/src/model/run.ts';
import { ManualClock } from '../../support/manualClock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterweight-slurm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A cluster that does what the test says; what it is asked is kept. */
class PaperCluster {
  readonly asked: (readonly string[])[] = [];
  /** `id|state|nodes|reason` of each job that `squeue` tells of. */
  queue: readonly string[] = [];
  accounts: readonly string[] = [];
  refusal: string | undefined;
  silent = false;
  #submissions = 0;

  readonly run: RunProgram = async (program, args) => {
    this.asked.push([program, ...args]);
    return this.#answer(program);
  };

  #answer(program: string): Awaited<ReturnType<RunProgram>> {
    if (program === 'sbatch') {
      if (this.refusal !== undefined) return answer(1, '', this.refusal);
      this.#submissions += 1;
      return answer(0, `${100 + this.#submissions}\n`);
    }
    if (program === 'squeue') {
      return this.silent
        ? answer(1, '', 'slurm_load_jobs error: Unable to contact slurm controller\n')
        : answer(0, this.queue.join('\n'));
    }
    if (program === 'sacct')
      return this.accounts.length ? answer(0, this.accounts.join('\n')) : fail('ENOENT');
    return answer(0, '');
  }

  times(program: string): number {
    return this.asked.filter(([name]) => name === program).length;
  }
}

function answer(exitCode: number, stdout: string, stderr = ''): Awaited<ReturnType<RunProgram>> {
  return succeed({ exitCode, stdout, stderr });
}

interface Launched {
  readonly handle: LaunchHandle;
  readonly runFolder: string;
  readonly said: string[];
  end: LaunchEnd | undefined;
}

function setUp(cluster = new PaperCluster()) {
  const clock = new ManualClock();
  const launcher = new SlurmLauncher({ clock, run: cluster.run, user: '1000' });
  const launch = async (name: string, place: Partial<SlurmPlace> = {}): Promise<Launched> => {
    const runFolder = join(folder, '.counterweight', 'runs', name);
    await mkdir(runFolder, { recursive: true });
    const said: string[] = [];
    const handle = launcher.launch(
      {
        engine: 'command',
        runId: runIdSchema.parse(name),
        runFolder,
        configPath: join(runFolder, 'config.yaml'),
        seed: 1,
        command: ['python', 'train.py'],
        cwd: folder,
        env: {},
        slurm: { array: 'experiment', header: [], ...place },
      },
      {
        submitted: (job) => void said.push(`submitted ${job}`),
        started: () => void said.push('started'),
        progress: () => undefined,
        notice: ({ text }) => void said.push(text),
        checkpoint: () => undefined,
      },
    );
    const launched: Launched = { handle, runFolder, said, end: undefined };
    void handle.ended.then((end) => {
      launched.end = end;
    });
    return launched;
  };
  /** The next look, once it is over. */
  const look = async (): Promise<void> => {
    const before = cluster.times('squeue');
    await vi.waitFor(() => {
      clock.advance(10_000);
      expect(cluster.times('squeue')).toBeGreaterThan(before);
    });
  };
  const submit = async (): Promise<void> => {
    clock.advance(1000);
    await vi.waitFor(() => expect(cluster.times('sbatch')).toBeGreaterThan(0));
  };
  return { cluster, clock, launcher, launch, look, submit };
}

const leaveExitCode = (run: Launched, code: number): Promise<void> =>
  writeFile(join(run.runFolder, 'slurm', 'exit'), `${code}\n`);

describe('SlurmLauncher', () => {
  it('submits the runs of an experiment as one array, those of another by themselves', async () => {
    const { cluster, launch, submit } = setUp();
    const place = { header: ['#SBATCH --mem=4G'], arrayLimit: 2 };
    const first = await launch('a', place);
    const second = await launch('b', place);
    const other = await launch('c', { ...place, array: 'other' });
    await submit();
    const runs = [first, second, other];
    await vi.waitFor(() => expect(runs.map(({ said }) => said.length)).toEqual([1, 1, 1]));
    const [array = ''] = first.said[0]?.split('_') ?? [];
    expect([first.said, second.said]).toEqual([[`${array}_0`], [`${array}_1`]]);
    expect(other.said[0]).not.toContain(array);
    const arrayFolder = join(folder, '.counterweight', 'slurm', 'a');
    expect(cluster.asked).toContainEqual([
      'sbatch',
      '--parsable',
      '--array=0-1%2',
      '--job-name=experiment',
      `--chdir=${arrayFolder}`,
      `--output=${arrayFolder}/task-%a.txt`,
      join(arrayFolder, 'batch.sh'),
      arrayFolder,
    ]);
    const folders = await readFile(join(arrayFolder, 'folders'), 'utf8');
    expect(folders).toBe(`${first.runFolder}\0${second.runFolder}\0`);
    const given = await readFile(join(first.runFolder, 'slurm', 'arguments'), 'utf8');
    expect(given).toBe('python\0train.py\0');
  });

  it('follows a job from the queue to its exit code, asking once for all of them', async () => {
    const { cluster, launch, submit, look } = setUp();
    const run = await launch('a');
    const other = await launch('b');
    cluster.queue = ['101_0|PENDING||Priority', '101_1|PENDING||JobHeldUser'];
    await submit();
    await look();
    await vi.waitFor(() => expect(other.said).toHaveLength(2));
    expect(run.said).toEqual(['submitted 101_0']);
    expect(other.said[1]).toMatch(/holds job 101_1 \(JobHeldUser\).*scontrol release 101_1/);
    cluster.queue = ['101_0|RUNNING|n1|None', '101_1|PENDING||JobHeldUser'];
    await look();
    await vi.waitFor(() => expect(run.said).toEqual(['submitted 101_0', 'started']));
    await leaveExitCode(run, 0);
    cluster.queue = ['101_1|PENDING||JobHeldUser'];
    await look();
    expect(await run.handle.ended).toEqual({ state: 'finished', exitCode: 0, signal: null });
    expect(other.said).toHaveLength(2);
  });

  it('says that the cluster has put a run back', async () => {
    const { cluster, launch, submit, look } = setUp();
    const run = await launch('a');
    cluster.queue = ['101_0|RUNNING|n1|None'];
    await submit();
    await look();
    cluster.queue = ['101_0|PENDING||BeginTime'];
    await look();
    await vi.waitFor(() => expect(run.said).toHaveLength(4));
    expect(run.said.slice(2)).toEqual([
      'submitted 101_0',
      'Slurm has put job 101_0 back in its queue; it begins again.',
    ]);
  });

  it('asks the accounting of a job that the queue has forgotten and that left nothing', async () => {
    const { cluster, launch, submit, look } = setUp();
    const run = await launch('a');
    cluster.accounts = ['101_0|TIMEOUT|n1'];
    await submit();
    await look();
    expect(await run.handle.ended).toMatchObject({
      state: 'crashed',
      reason: expect.stringMatching(/^Slurm ended job 101_0 on n1 at its time limit/),
    });
    const question = cluster.asked.find(([name]) => name === 'sacct');
    expect(question).toContain('--jobs=101_0');
  });

  it('gives a job up that nobody knows, but not at the first look', async () => {
    const { cluster, launch, submit, look } = setUp();
    const run = await launch('a');
    await submit();
    for (let looks = 1; looks < 4; looks += 1) {
      await look();
      expect(run.end).toBeUndefined();
    }
    await look();
    expect((await run.handle.ended).reason).toMatch(/Slurm does not know it any more/);
    expect(cluster.times('squeue')).toBe(4);
  });

  it('ends no run because the controller is silent', async () => {
    const { cluster, launch, submit, look } = setUp();
    const run = await launch('a');
    cluster.silent = true;
    await submit();
    for (let looks = 0; looks < 5; looks += 1) await look();
    expect(run.said.slice(1)).toEqual([
      'Slurm does not answer (Unable to contact slurm controller). The run may well go on; it is asked again.',
    ]);
    expect(run.end).toBeUndefined();
  });

  it('cancels all at once, and says so when it is true', async () => {
    const { cluster, launch, submit, look } = setUp();
    const runs = [await launch('a'), await launch('b')];
    cluster.queue = ['101_0|RUNNING|n1|None', '101_1|PENDING||Priority'];
    await submit();
    await vi.waitFor(() => expect(runs[1]?.said).toHaveLength(1));
    for (const { handle } of runs) handle.cancel();
    await vi.waitFor(() => expect(cluster.asked).toContainEqual(['scancel', '101_0', '101_1']));
    expect(runs[0]?.end).toBeUndefined();
    cluster.queue = ['101_0|CANCELLED|n1|None', '101_1|CANCELLED||None'];
    await look();
    for (const { handle } of runs) {
      expect(await handle.ended).toEqual({ state: 'cancelled', exitCode: null, signal: null });
    }
  });

  it('never submits what is cancelled before', async () => {
    const { cluster, clock, launch } = setUp();
    const run = await launch('a');
    run.handle.cancel();
    expect((await run.handle.ended).state).toBe('cancelled');
    clock.advance(60_000);
    expect(cluster.asked).toEqual([]);
  });

  it('fails all runs of an array that is refused, with the partitions that there are', async () => {
    const cluster = new PaperCluster();
    cluster.refusal = 'sbatch: error: invalid partition specified: gpuu\n';
    const { launch, submit } = setUp(cluster);
    const runs = [await launch('a'), await launch('b')];
    await submit();
    for (const { handle } of runs) {
      expect(await handle.ended).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/^sbatch took no job: invalid partition specified: gpuu\./),
      });
    }
  });

  it('finds a job of an earlier session again, and submits none', async () => {
    const { cluster, launch, look } = setUp();
    const run = await launch('a', { job: '77_3' });
    expect(run.said).toEqual(['submitted 77_3']);
    cluster.queue = ['77_3|RUNNING|n1|None'];
    await look();
    await vi.waitFor(() => expect(run.said).toEqual(['submitted 77_3', 'started']));
    expect(cluster.times('sbatch')).toBe(0);
  });

  it('leaves jobs alone when the session ends', async () => {
    const { cluster, clock, launcher, launch, submit } = setUp();
    const run = await launch('a');
    await submit();
    await vi.waitFor(() => expect(run.said).toHaveLength(1));
    launcher.dispose();
    clock.advance(60_000);
    expect(cluster.times('scancel') + cluster.times('squeue')).toBe(0);
    expect(run.end).toBeUndefined();
  });
});
