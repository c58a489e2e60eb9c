import { execFile } from 'node:child_process';

import { fail, type Result, succeed } from '../../base/result.ts';
import { withoutEditor } from './runEnvironment.ts';

/** What a command of Slurm said. */
export interface ProgramOutput {
  /** Null where it did not answer in time. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of Slurm, without a shell; fails with the system's code where it cannot be started. */
export type RunProgram = (
  program: string,
  args: readonly string[],
) => Promise<Result<ProgramOutput>>;

/** Slurm's commands try for a minute or more where the controller does not answer. */
const timeLimitMs = 60_000;

/** Of `squeue`: a hundred bytes a job, so a million jobs of one user. */
const outputLimit = 100 * 2 ** 20;

/** Slurm's commands of this machine. */
export function slurmPrograms(
  environment: Readonly<Record<string, string | undefined>>,
): RunProgram {
  const env = withoutJob(environment);
  return (program, args) =>
    new Promise((resolve) => {
      const limits = { timeout: timeLimitMs, maxBuffer: outputLimit };
      execFile(program, args, { env, ...limits }, (error, stdout, stderr) => {
        const code = error ? (error.code ?? null) : 0;
        if (typeof code === 'string') resolve(fail(code));
        else resolve(succeed({ exitCode: code, stdout, stderr }));
      });
    });
}

/**
 * Without the editor's own variables, and, where the editor itself runs inside a job, without those of
 * that job: they would speak for the new ones. Nor with what would narrow the answers of `squeue`,
 * make `scancel` ask back, or `sbatch` wait.
 */
function withoutJob(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = Object.entries(withoutEditor(environment)).filter(
    ([name]) =>
      !/^(?:SQUEUE|SCANCEL)_/.test(name) &&
      !/^SBATCH_(?:ARRAY_INX|ERROR|WAIT)$/.test(name) &&
      !/^SLURM_(?!CONF$|CLUSTERS$|JWT$)/.test(name),
  );
  return Object.fromEntries(kept);
}

/** What Slurm knows of a job. */
export interface JobSighting {
  /** In Slurm's words: `PENDING`, `RUNNING`, `OUT_OF_MEMORY`. */
  readonly state: string;
  /** Why it is in this state: `Priority`, `JobHeldUser`; empty where nothing is said. */
  readonly reason: string;
  /** Where it runs or ran; empty before. */
  readonly nodes: string;
  /** Its working directory: the folder of its array. Empty where the accounting tells of it. */
  readonly folder: string;
}

export type Sightings = ReadonlyMap<string, JobSighting>;

/** States in which a job of Slurm's is over (squeue(1), "JOB STATE CODES"); all others go on. */
const finalStates: ReadonlySet<string> = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
]);

export function isOver({ state }: JobSighting): boolean {
  return finalStates.has(state);
}

/**
 * The user's jobs that Slurm's controller knows, ended ones for some minutes more (`MinJobAge`).
 * All of them in one question, however many runs there are: the controller serves the whole cluster.
 */
export async function listQueue(run: RunProgram, user: string): Promise<Result<Sightings>> {
  const output = await run('squeue', [
    '--noheader',
    '--all',
    '--array',
    '--states=all',
    `--user=${user}`,
    '--format=%i|%T|%N|%r|%Z',
  ]);
  if (!output.ok) return fail(`squeue could not be started (${output.error})`);
  const { exitCode, stdout, stderr } = output.value;
  if (exitCode !== 0) return fail(firstLine(stderr) || 'no answer');
  const jobs = parseJobs(stdout);
  // Some sites put a program of their own in its place, which may print something else.
  const foreign = firstLine(stdout.replace(/^CLUSTER: .*$/gm, ''));
  return jobs.size === 0 && foreign !== ''
    ? fail(`squeue prints what it never does: ${foreign}`)
    : succeed(jobs);
}

/** What the accounting knows of these jobs; nothing where the cluster keeps none. */
export async function listAccounting(run: RunProgram, ids: readonly string[]): Promise<Sightings> {
  const output = await run('sacct', [
    '--noheader',
    '--parsable2',
    '--allocations',
    `--jobs=${ids.join(',')}`,
    '--format=JobID,State,NodeList',
  ]);
  return output.ok && output.value.exitCode === 0 ? parseJobs(output.value.stdout) : new Map();
}

/** Lines of `id|state|nodes|reason|folder`; the accounting says `CANCELLED by 1000`, no reason and no folder. */
export function parseJobs(text: string): Sightings {
  const jobs = new Map<string, JobSighting>();
  for (const line of text.split('\n')) {
    const [id = '', state = '', nodes = '', reason = '', ...folder] = line.split('|');
    if (!/^\d+(_\d+)?$/.test(id.trim())) continue;
    jobs.set(id.trim(), {
      state: state.trim().split(/[ +]/)[0] ?? '',
      reason: said(reason),
      nodes: said(nodes),
      folder: folder.join('|'),
    });
  }
  return jobs;
}

/** `123_0`, `123_1`, `123_4` as `123_[0-1,4]`: Slurm takes them in one go, however many they are. */
export function asFewIds(ids: readonly string[]): readonly string[] {
  const arrays = new Map<string, number[]>();
  for (const id of ids) {
    const [array = '', index = ''] = id.split('_');
    const indices = arrays.get(array) ?? [];
    indices.push(Number.parseInt(index, 10));
    arrays.set(array, indices);
  }
  return [...arrays].map(([array, indices]) => `${array}_[${ranges(indices)}]`);
}

function ranges(indices: readonly number[]): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const starts = sorted.filter((index, at) => sorted[at - 1] !== index - 1);
  const ends = sorted.filter((index, at) => sorted[at + 1] !== index + 1);
  return starts
    .map((start, at) => (start === ends[at] ? `${start}` : `${start}-${ends[at]}`))
    .join(',');
}

/** So many tasks an array may have on this cluster; undefined where it does not say. */
export async function readArrayLimit(run: RunProgram): Promise<number | undefined> {
  const output = await run('scontrol', ['show', 'config']);
  if (!output.ok) return undefined;
  // `max_array_tasks` is one of the parameters of the scheduler.
  const found = output.value.stdout.matchAll(/(?:^MaxArraySize\s*= ?|\bmax_array_tasks=)(\d+)/gm);
  const limits = [...found].map(([, limit]) => Number(limit));
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Slurm's words for nothing. */
function said(text: string): string {
  const trimmed = text.trim();
  return ['None', 'None assigned', '(null)', 'n/a'].includes(trimmed) ? '' : trimmed;
}

/** The id of a submitted job out of what `sbatch --parsable` prints: `123`, or `123;cluster`. */
export function parseSubmission(stdout: string): string | undefined {
  return /^(\d+)(?:;\S*)?\s*$/m.exec(stdout)?.[1];
}

/** Partitions that can be asked for, by `sinfo`; none where it does not say. */
export async function listPartitions(run: RunProgram): Promise<readonly string[]> {
  const output = await run('sinfo', ['--noheader', '--format=%R']);
  if (!output.ok || output.value.exitCode !== 0) return [];
  const names = output.value.stdout.split('\n').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '').sort();
}

/** The first line that says something, without the name of the program before it. */
export function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? '';
  return line.trim().replace(/^\w+:? (?:error|fatal): |^\w+: /, '');
}
