import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import { type SlurmLaunch, unnumberedJob } from '../launcher.ts';
import { runVariables } from './runEnvironment.ts';
import {
  listPartitions,
  type ProgramOutput,
  parseSubmission,
  type RunProgram,
  readArrayLimit,
} from './slurmCommands.ts';
import { checkHeader, namesDependency, namesJob } from './slurmHeader.ts';
import { batchScript, checkRun, separateByNul, slurmFiles, taskOutputName } from './slurmScript.ts';
import { describeMissing, describeRefusal } from './slurmWords.ts';

/** Runs that are submitted together: their headers and limits are the same. */
export type SlurmArray = readonly [SlurmLaunch, ...SlurmLaunch[]];

/** Slurm takes a thousand tasks in an array, unless its `MaxArraySize` says otherwise. */
export const largestArray = 1000;

export interface Submitter {
  readonly run: RunProgram;
  /** Told before Slurm is: whoever comes after a crash must know that it may have the runs. */
  readonly announce: () => Promise<void>;
  /** Jobs of the same experiment that are not over, the latest last: together they keep to the limit. */
  readonly before: readonly string[];
}

/** Of each run, in their order: the id of its job, `unnumberedJob` where Slurm may have it, or why not. */
type Submissions = readonly Result<string>[];

/** Submits runs as one array, or as several where the cluster takes none of this size. */
export async function submitArray(submitter: Submitter, runs: SlurmArray): Promise<Submissions> {
  const header = checkHeader(runs[0].slurm.header);
  const wrong = [header, ...runs.map(checkRun)].find(({ ok }) => !ok);
  if (wrong && !wrong.ok) return runs.map(() => wrong);
  await submitter.announce();
  const first = await submitOne(submitter, runs);
  if (first.submitted) return first.submitted;
  const { refusal } = first;
  const isTooLarge = /invalid job array specification/i.test(refusal.stderr);
  const limit = isTooLarge ? await readArrayLimit(submitter.run) : undefined;
  if (limit !== undefined && limit > 0 && limit < runs.length) {
    return submitInParts(submitter, runs, limit);
  }
  return refuse(submitter, runs, refusal);
}

async function submitInParts(
  submitter: Submitter,
  runs: readonly SlurmLaunch[],
  size: number,
): Promise<Submissions> {
  const submissions: Result<string>[] = [];
  let { before } = submitter;
  for (let at = 0; at < runs.length; at += size) {
    const [first, ...others] = runs.slice(at, at + size);
    if (!first) break;
    const part: SlurmArray = [first, ...others];
    const { submitted, refusal } = await submitOne({ ...submitter, before }, part);
    const known = submitted ?? (await refuse(submitter, part, refusal));
    before = [...before, ...known.flatMap((result) => (result.ok ? [result.value] : []))];
    submissions.push(...known);
  }
  return submissions;
}

/**
 * The limit of an array and what it waits for. The limit is one of each array: where others of the
 * experiment go on, this one takes what they leave of it, or comes after the last of them.
 */
function limitFor(
  { header, arrayLimit }: SlurmLaunch['slurm'],
  before: readonly string[],
): { readonly limit: string; readonly waits: readonly string[] } {
  if (arrayLimit === undefined) return { limit: '', waits: [] };
  if (before.length < arrayLimit) return { limit: `%${arrayLimit - before.length}`, waits: [] };
  const [, last] = /^(\d+)_/.exec(before.at(-1) ?? '') ?? [];
  const waits = last !== undefined && !namesDependency(header);
  return { limit: `%${arrayLimit}`, waits: waits ? [`--dependency=afterany:${last}`] : [] };
}

async function refuse(
  { run }: Submitter,
  runs: readonly SlurmLaunch[],
  refusal: ProgramOutput,
): Promise<Submissions> {
  const asksForPartition = /invalid partition/i.test(refusal.stderr);
  const partitions = asksForPartition ? await listPartitions(run) : [];
  return runs.map(() => fail(describeRefusal(refusal, partitions)));
}

type Attempt =
  | { readonly submitted: Submissions; readonly refusal?: never }
  | { readonly submitted?: never; readonly refusal: ProgramOutput };

async function submitOne({ run, before }: Submitter, runs: SlurmArray): Promise<Attempt> {
  const all = (result: Result<string>): Attempt => ({ submitted: runs.map(() => result) });
  const written = await writeArray(runs);
  if (!written.ok) return all(written);
  const output = await run('sbatch', sbatchArguments(runs, written.value, before));
  if (!output.ok) return all(fail(describeMissing('sbatch', output.error)));
  const { exitCode, stdout } = output.value;
  const id = exitCode === 0 ? parseSubmission(stdout) : undefined;
  if (id !== undefined) return { submitted: runs.map((_, index) => succeed(`${id}_${index}`)) };
  if (mayHaveTaken(output.value)) return all(succeed(unnumberedJob));
  await rm(written.value, { recursive: true, force: true }).catch(() => undefined);
  return { refusal: output.value };
}

/** A controller that is busy may have taken a job whose number it did not get round to telling. */
function mayHaveTaken({ exitCode, stderr }: ProgramOutput): boolean {
  return exitCode === null || /timed out|zero bytes were transmitted/i.test(stderr);
}

function sbatchArguments(
  runs: SlurmArray,
  folder: string,
  before: readonly string[],
): readonly string[] {
  const [{ slurm }] = runs;
  const { limit, waits } = limitFor(slurm, before);
  return [
    '--parsable',
    `--array=0-${runs.length - 1}${limit}`,
    ...(namesJob(slurm.header) ? [] : [`--job-name=${slurm.array}`]),
    ...waits,
    `--chdir=${folder}`,
    // Slurm puts the folder before a relative name and then reads %j in both: two of them are one.
    `--output=${folder.replaceAll('%', '%%')}/${taskOutputName('%a')}`,
    join(folder, slurmFiles.script),
    folder,
  ];
}

/** What the batch script reads; gives the folder of the array, or in words why it has none. */
async function writeArray(runs: SlurmArray): Promise<Result<string>> {
  const parent = join(dirname(dirname(runs[0].runFolder)), 'slurm');
  if (parent.includes('\\')) {
    return fail(`${parent}: Slurm takes no folder for its output whose path holds a backslash.`);
  }
  try {
    const folder = await claimFolder(parent, runs[0].runId);
    for (const run of runs) await writeRun(run, folder);
    const folders = separateByNul(runs.map(({ runFolder }) => runFolder));
    await writeFile(join(folder, slurmFiles.folders), folders);
    const script = batchScript(runs[0].slurm.header);
    await writeFile(join(folder, slurmFiles.script), script, { mode: 0o755 });
    return succeed(folder);
  } catch (error) {
    return fail(`The files of the batch job could not be written: ${error}`);
  }
}

/** `.counterweight/slurm/<first run>`, beside the folder of the runs; another one for each attempt. */
async function claimFolder(parent: string, name: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken) throw error;
    }
  }
}

async function writeRun(run: SlurmLaunch, array: string): Promise<void> {
  const { runFolder, command, cwd } = run;
  const state = join(runFolder, slurmFiles.state);
  // Of an earlier attempt: its exit code would be taken for that of this one.
  await rm(state, { recursive: true, force: true });
  await mkdir(state, { recursive: true });
  const variables = Object.entries(runVariables(run));
  const environment = variables.map(([name, value]) => `${name}=${value}`);
  const write = (name: string, texts: readonly string[]): Promise<void> =>
    writeFile(join(state, name), separateByNul(texts));
  await write(slurmFiles.arguments, command);
  await write(slurmFiles.environment, environment);
  await write(slurmFiles.directory, [cwd]);
  await writeFile(join(state, slurmFiles.array), array);
}
