import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, vi } from 'vitest';

import {
  type LaunchEnd,
  type LaunchHandle,
  type SlurmPlace,
  unnumberedJob,
} from '../../../server/src/ablation/launcher.ts';
import { SlurmLauncher } from '../../../server/src/ablation/launchers/slurm.ts';
import type { RunProgram } from '../../../server/src/ablation/launchers/slurmCommands.ts';
import { fail, succeed } from '../../../server/src/base/result.ts';
import { runIdSchema } from '../../../server/src/model/run.ts';
import { ManualClock } from '../manualClock.ts';
import type { TemporaryWorkspace } from '../temporaryWorkspace.ts';

/** A cluster that does what the test says; what it is asked is kept. */
export class PaperCluster {
  readonly asked: (readonly string[])[] = [];
  /** `id|state|nodes|reason|folder` of each job that `squeue` tells of. */
  queue: readonly string[] = [];
  accounts: readonly string[] = [];
  refusal: string | undefined;
  silent = false;
  /** What `sbatch` does where it gives no number: `squeue` tells whether it took the jobs. */
  sbatchAnswers: 'number' | 'nothing' = 'number';
  largestArray = 1001;
  cancellation = '';
  #submissions = 0;

  readonly run: RunProgram = async (program, args) => {
    this.asked.push([program, ...args]);
    return this.#answer(program, args);
  };

  #answer(program: string, args: readonly string[]): Awaited<ReturnType<RunProgram>> {
    if (program === 'sbatch') return this.#submit(args);
    if (program === 'squeue') {
      return this.silent
        ? answer(1, '', 'slurm_load_jobs error: Unable to contact slurm controller\n')
        : answer(0, this.queue.join('\n'));
    }
    if (program === 'scontrol') {
      return answer(0, `MaxArraySize            = ${this.largestArray}\nMaxJobCount = 10000\n`);
    }
    if (program === 'scancel') return answer(0, '', this.cancellation);
    if (program === 'sacct')
      return this.accounts.length ? answer(0, this.accounts.join('\n')) : fail('ENOENT');
    return answer(0, '');
  }

  #submit(args: readonly string[]): Awaited<ReturnType<RunProgram>> {
    if (this.refusal !== undefined) return answer(1, '', this.refusal);
    if (this.sbatchAnswers === 'nothing') return answer(null, '');
    const [, last = '0'] = /--array=0-(\d+)/.exec(args.join(' ')) ?? [];
    if (Number(last) >= this.largestArray) {
      return answer(
        1,
        '',
        'sbatch: error: Batch job submission failed: Invalid job array specification\n',
      );
    }
    this.#submissions += 1;
    return answer(0, `${100 + this.#submissions}\n`);
  }

  times(program: string): number {
    return this.asked.filter(([name]) => name === program).length;
  }
}

function answer(
  exitCode: number | null,
  stdout: string,
  stderr = '',
): Awaited<ReturnType<RunProgram>> {
  return succeed({ exitCode, stdout, stderr });
}

/** A run that was given to the launcher, and what it has told of it. */
export interface Launched {
  readonly handle: LaunchHandle;
  readonly runFolder: string;
  readonly said: string[];
  /** Whether it told beforehand that Slurm may have it. */
  announced: boolean;
  end: LaunchEnd | undefined;
}

/** A launcher on a cluster of paper; runs have their folders below that of the test. */
export function setUpSlurm(folder: TemporaryWorkspace, cluster = new PaperCluster()) {
  const clock = new ManualClock();
  const launcher = new SlurmLauncher({ clock, run: cluster.run, user: '1000' });
  const launch = async (name: string, place: Partial<SlurmPlace> = {}): Promise<Launched> => {
    const runFolder = folder.path(`.counterweight/runs/${name}`);
    await mkdir(runFolder, { recursive: true });
    const said: string[] = [];
    const told = { announced: false };
    const handle = launcher.launch(
      {
        engine: 'command',
        runId: runIdSchema.parse(name),
        runFolder,
        configPath: join(runFolder, 'config.yaml'),
        seed: 1,
        command: ['python', 'train.py'],
        cwd: folder.root,
        env: {},
        slurm: { array: 'experiment', header: [], ...place },
      },
      {
        submitted: async (job) => {
          if (job === unnumberedJob) told.announced = cluster.times('sbatch') === 0;
          else said.push(`submitted ${job}`);
        },
        started: () => void said.push('started'),
        progress: () => undefined,
        notice: ({ text }) => void said.push(text),
        checkpoint: () => undefined,
      },
    );
    const launched: Launched = Object.assign(told, { handle, runFolder, said, end: undefined });
    void handle.ended.then((end) => {
      launched.end = end;
    });
    return launched;
  };
  /** The next look, once it has been asked for. */
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
  /** A run that Slurm has, and that has been told its number. */
  const launchAndSubmit = async (name: string): Promise<Launched> => {
    const run = await launch(name);
    await submit();
    await vi.waitFor(() => expect(run.said).toHaveLength(1));
    return run;
  };
  return { cluster, clock, launcher, launch, launchAndSubmit, look, submit };
}

/** As the batch script does at the end of a run. */
export function leaveExitCode(run: Launched, code: number): Promise<void> {
  return writeFile(join(run.runFolder, 'slurm', 'exit'), `${code}\n`);
}
