import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { leaveExitCode, PaperCluster, setUpSlurm } from '../../support/slurm/paperCluster.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => folder[Symbol.dispose]());

describe('SlurmLauncher', () => {
  it('submits the runs of an experiment as one array, those of another by themselves', async () => {
    const { cluster, launch, submit } = setUpSlurm(folder);
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
    const arrayFolder = folder.path('.counterweight/slurm/a');
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
    const { cluster, launch, submit, look } = setUpSlurm(folder);
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
    const { cluster, launch, submit, look } = setUpSlurm(folder);
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
    const { cluster, launch, submit, look } = setUpSlurm(folder);
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
    const { clock, launchAndSubmit } = setUpSlurm(folder);
    const run = await launchAndSubmit('a');
    // A site that answers squeue out of a cache does not tell of a new job for a minute or so.
    const begin = clock.now();
    await vi.waitFor(() => {
      clock.advance(5000);
      expect(run.end).toBeDefined();
    }, 15_000);
    expect(clock.now() - begin).toBeGreaterThan(120_000);
    expect((await run.handle.ended).reason).toMatch(/Slurm does not know it any more/);
  });

  it('ends no run because the controller is silent', async () => {
    const { cluster, launch, submit, look } = setUpSlurm(folder);
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
    const { cluster, launch, submit, look } = setUpSlurm(folder);
    const runs = [await launch('a'), await launch('b')];
    cluster.queue = ['101_0|RUNNING|n1|None', '101_1|PENDING||Priority'];
    await submit();
    await vi.waitFor(() => expect(runs[1]?.said).toHaveLength(1));
    for (const { handle } of runs) handle.cancel();
    await vi.waitFor(() => expect(cluster.asked).toContainEqual(['scancel', '101_[0-1]']));
    expect(runs[0]?.end).toBeUndefined();
    cluster.queue = ['101_0|CANCELLED|n1|None', '101_1|CANCELLED||None'];
    await look();
    for (const { handle } of runs) {
      expect(await handle.ended).toEqual({ state: 'cancelled', exitCode: null, signal: null });
    }
  });

  it('never submits what is cancelled before', async () => {
    const { cluster, clock, launch } = setUpSlurm(folder);
    const run = await launch('a');
    run.handle.cancel();
    expect((await run.handle.ended).state).toBe('cancelled');
    clock.advance(60_000);
    expect(cluster.asked).toEqual([]);
  });

  it('fails all runs of an array that is refused, with the partitions that there are', async () => {
    const cluster = new PaperCluster();
    cluster.refusal = 'sbatch: error: invalid partition specified: gpuu\n';
    const { launch, submit } = setUpSlurm(folder, cluster);
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
    const { cluster, launch, look } = setUpSlurm(folder);
    const run = await launch('a', { job: '77_3' });
    expect(run.said).toEqual(['submitted 77_3']);
    cluster.queue = ['77_3|RUNNING|n1|None'];
    await look();
    await vi.waitFor(() => expect(run.said).toEqual(['submitted 77_3', 'started']));
    expect(cluster.times('sbatch')).toBe(0);
  });

  it('leaves jobs alone when the session ends', async () => {
    const { cluster, clock, launcher, launchAndSubmit } = setUpSlurm(folder);
    const run = await launchAndSubmit('a');
    launcher.dispose();
    clock.advance(60_000);
    expect(cluster.times('scancel') + cluster.times('squeue')).toBe(0);
    expect(run.end).toBeUndefined();
  });
});
