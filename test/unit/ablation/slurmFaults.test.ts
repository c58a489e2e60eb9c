import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';

import { unnumberedJob } from '../../../server/src/ablation/launcher.ts';
import {
  asFewIds,
  listQueue,
  slurmPrograms,
} from '../../../server/src/ablation/launchers/slurmCommands.ts';
import { succeed } from '../../../server/src/base/result.ts';
import { leaveExitCode, PaperCluster, setUpSlurm } from '../../support/slurm/paperCluster.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => folder[Symbol.dispose]());

describe('an answer of sbatch that is lost', () => {
  it('is announced before, so that a later session looks for the job and finds it by its folder', async () => {
    const { launch, submit } = setUpSlurm(folder);
    const before = [await launch('a'), await launch('b')];
    await submit();
    await vi.waitFor(() => expect(before[1]?.said).toHaveLength(1));
    expect(before.map(({ announced }) => announced)).toEqual([true, true]);

    const later = setUpSlurm(folder);
    // The queue of somebody with two arrays of two tasks.
    later.cluster.queue = [
      '90_1|RUNNING|n1|None|/shared/.counterweight/slurm/other',
      '91_0|RUNNING|n1|None|/shared/.counterweight/slurm/a',
      '91_1|PENDING||Priority|/shared/.counterweight/slurm/a',
    ];
    const again = await later.launch('b', { job: unnumberedJob });
    await later.look();
    await vi.waitFor(() => expect(again.said).toEqual(['submitted 91_1']));
    expect(later.cluster.times('sbatch')).toBe(0);
  });

  it('is made up for by what the job itself has written', async () => {
    const { launchAndSubmit } = setUpSlurm(folder);
    const before = await launchAndSubmit('a');
    await writeFile(join(before.runFolder, 'slurm', 'started'), '77_0 n1\n');
    await leaveExitCode(before, 0);

    const later = setUpSlurm(folder);
    const again = await later.launch('a', { job: unnumberedJob });
    await later.look();
    expect((await again.handle.ended).state).toBe('finished');
    expect(again.said).toEqual(['submitted 77_0']);
  });

  it('leaves the run open while sbatch is silent, and says so when Slurm does not know it', async () => {
    const cluster = new PaperCluster();
    cluster.sbatchAnswers = 'nothing';
    const { clock, launch, submit, look } = setUpSlurm(folder, cluster);
    const run = await launch('a');
    await submit();
    await look();
    expect(run.end).toBeUndefined();
    await vi.waitFor(() => {
      clock.advance(5000);
      expect(run.end).toBeDefined();
    }, 15_000);
    expect(run.end).toMatchObject({
      state: 'crashed',
      reason: expect.stringMatching(/Slurm does not know it\. Run it again/),
    });
  });
});

describe('a cluster with limits', () => {
  it('gets an array in parts, the limit on runs at once held by their following one another', async () => {
    const cluster = new PaperCluster();
    cluster.largestArray = 2;
    const { launch, submit } = setUpSlurm(folder, cluster);
    const place = { arrayLimit: 2 };
    const runs = [await launch('a', place), await launch('b', place), await launch('c', place)];
    await submit();
    await vi.waitFor(() => expect(runs.map(({ said }) => said.length)).toEqual([1, 1, 1]));
    expect(runs.map(({ said }) => said[0])).toEqual([
      'submitted 101_0',
      'submitted 101_1',
      'submitted 102_0',
    ]);
    const arrays = cluster.asked
      .filter(([name]) => name === 'sbatch')
      .map((asked) => asked.filter((word) => /^--(?:array=|dependency)/.test(word)));
    expect(arrays).toEqual([
      ['--array=0-2%2'],
      ['--array=0-1%2'],
      ['--array=0-0%2', '--dependency=afterany:101'],
    ]);
    // What was refused as a whole leaves nothing behind.
    expect(await readdir(folder.path('.counterweight/slurm'))).toHaveLength(2);
  });

  it('lets later runs of an experiment have what the earlier ones leave of the limit', async () => {
    const { cluster, clock, launch, submit } = setUpSlurm(folder);
    cluster.queue = ['101_0|RUNNING|n1|None|'];
    const place = { arrayLimit: 2 };
    const runs = [await launch('a', place)];
    await submit();
    for (const name of ['b', 'c']) {
      await vi.waitFor(() => expect(runs.at(-1)?.said).toHaveLength(1));
      runs.push(await launch(name, place));
      clock.advance(1000);
      await vi.waitFor(() => expect(cluster.times('sbatch')).toBe(runs.length));
    }
    await launch('d', { arrayLimit: 1, array: 'another' });
    clock.advance(1000);
    await vi.waitFor(() => expect(cluster.times('sbatch')).toBe(4));
    const asked = cluster.asked.flatMap((words) =>
      words.filter((word) => /^--(?:array=|dependency)/.test(word)),
    );
    expect(asked).toEqual([
      '--array=0-0%2',
      '--array=0-0%1',
      ...['--array=0-0%2', '--dependency=afterany:102'],
      '--array=0-0%1',
    ]);
  });

  it('gets one array of runs that arrive slowly, each after a while', async () => {
    const { cluster, clock, launch } = setUpSlurm(folder);
    for (const name of ['a', 'b', 'c', 'd']) {
      await launch(name);
      clock.advance(900);
    }
    clock.advance(1500);
    await launch('e');
    clock.advance(7000);
    await launch('f');
    clock.advance(20_000);
    await vi.waitFor(() => expect(cluster.times('sbatch')).toBe(1));
    expect(cluster.asked[0]).toContain('--array=0-5');
  });

  it('that takes no arrays at all refuses in words', async () => {
    const cluster = new PaperCluster();
    cluster.largestArray = 0;
    const { launch, submit } = setUpSlurm(folder, cluster);
    const run = await launch('a');
    await submit();
    expect((await run.handle.ended).reason).toMatch(/Invalid job array.*MaxArraySize/);
  });
});

describe('what is believed of Slurm', () => {
  it('is nothing of a job with the same number in another folder', async () => {
    const { cluster, launch, look } = setUpSlurm(folder);
    folder.write('.counterweight/runs/a/slurm/array', folder.path('.counterweight/slurm/a'));
    const run = await launch('a', { job: '5_0' });
    cluster.queue = ['5_0|RUNNING|n1|None|/shared/of-the-new-cluster'];
    await leaveExitCode(run, 0);
    await look();
    expect((await run.handle.ended).state).toBe('finished');
    expect(run.said).toEqual(['submitted 5_0']);
  });

  it('is nothing of what a program in place of squeue prints', async () => {
    const jobs = await listQueue(
      async () => succeed({ exitCode: 0, stdout: 'Please use myjobs!\n', stderr: '' }),
      '1000',
    );
    expect(jobs).toEqual({
      ok: false,
      error: 'squeue prints what it never does: Please use myjobs!',
    });
    const empty = await listQueue(
      async () => succeed({ exitCode: 0, stdout: 'CLUSTER: big\n', stderr: '' }),
      '1000',
    );
    expect(empty).toEqual({ ok: true, value: new Map() });
  });

  it('does not keep a run from its end that says itself that it is done', async () => {
    const { cluster, launchAndSubmit, look } = setUpSlurm(folder);
    const run = await launchAndSubmit('a');
    cluster.silent = true;
    await leaveExitCode(run, 0);
    await look();
    expect((await run.handle.ended).state).toBe('finished');
  });

  it('does not keep it either where its node takes long to clean up', async () => {
    const { cluster, launchAndSubmit, look } = setUpSlurm(folder);
    const run = await launchAndSubmit('a');
    cluster.queue = ['101_0|COMPLETING|n1|None|'];
    await leaveExitCode(run, 0);
    await look();
    expect((await run.handle.ended).state).toBe('finished');
  });
});

describe('cancelling', () => {
  it('is true once the job has no way back, and its script is told', async () => {
    const { cluster, launch, submit, look } = setUpSlurm(folder);
    const run = await launch('a');
    cluster.queue = ['101_0|RUNNING|n1|None|'];
    await submit();
    await look();
    await vi.waitFor(() => expect(run.said).toContain('started'));
    run.handle.cancel();
    await vi.waitFor(() => expect(cluster.times('scancel')).toBe(1));
    expect(await readFile(join(run.runFolder, 'slurm', 'cancel'), 'utf8')).toBe('');
    cluster.queue = ['101_0|COMPLETING|n1|None|'];
    await look();
    expect((await run.handle.ended).state).toBe('cancelled');
  });

  it('is asked for again until Slurm obeys, and said to be slow', async () => {
    const { cluster, launch, submit, look } = setUpSlurm(folder);
    const run = await launch('a');
    cluster.queue = ['101_0|RUNNING|n1|None|'];
    cluster.cancellation = 'scancel: error: Unable to contact slurm controller\n';
    await submit();
    await look();
    run.handle.cancel();
    await vi.waitFor(async () => {
      await look();
      expect(cluster.times('scancel')).toBeGreaterThan(2);
    }, 10_000);
    expect(run.end).toBeUndefined();
    expect(run.said.at(-1)).toBe(
      'Slurm has not ended job 101_0 yet (Unable to contact slurm controller); it is asked again.',
    );
    cluster.queue = [];
    await look();
    expect((await run.handle.ended).state).toBe('cancelled');
  });

  test.each([
    [['7_0', '7_1', '7_2', '7_5'], ['7_[0-2,5]']],
    [
      ['7_3', '8_0', '7_1'],
      ['7_[1,3]', '8_[0]'],
    ],
  ])('names %j in as few words as Slurm takes', (ids, words) => {
    expect(asFewIds(ids)).toEqual(words);
  });
});

test("Slurm's commands hear nothing of a job that the editor runs in, but how to reach the cluster", async () => {
  const { PATH } = process.env;
  const given = { PATH, SLURM_JOB_ID: '1', SLURM_CONF: '/c', SLURM_JWT: 'token', SBATCH_WAIT: '1' };
  const asked = { SBATCH_PARTITION: 'gpu', SCANCEL_INTERACTIVE: '1', SQUEUE_FORMAT: '%i' };
  const output = await slurmPrograms({ ...given, ...asked })('env', []);
  const names = output.ok ? output.value.stdout.match(/^S\w+(?==)/gm) : [];
  expect(names?.toSorted()).toEqual(['SBATCH_PARTITION', 'SLURM_CONF', 'SLURM_JWT']);
});
