import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import type { SlurmLaunch } from '../launcher.ts';
import { listPartitions, parseSubmission, type RunProgram } from './slurmCommands.ts';
import {
  batchScript,
  checkHeader,
  checkRun,
  namesJob,
  separateByNul,
  slurmFiles,
  taskOutputName,
} from './slurmScript.ts';
import { describeMissing, describeRefusal } from './slurmWords.ts';

/** Runs that are submitted together: their headers and limits are the same. */
export type SlurmArray = readonly [SlurmLaunch, ...SlurmLaunch[]];

/** Slurm takes a thousand tasks in an array, unless its `MaxArraySize` says otherwise. */
export const largestArray = 1000;

/** Submits an array; gives the id of each run's job, in their order, or in words why there is none. */
export async function submitArray(
  run: RunProgram,
  runs: SlurmArray,
): Promise<Result<readonly string[]>> {
  const [{ slurm }] = runs;
  const header = checkHeader(slurm.header);
  if (!header.ok) return header;
  const wrong = runs.map(checkRun).find(({ ok }) => !ok);
  if (wrong && !wrong.ok) return wrong;
  let folder: string;
  try {
    folder = await writeArray(runs, header.value);
  } catch (error) {
    return fail(`The files of the batch job could not be written: ${error}`);
  }
  const output = await run('sbatch', sbatchArguments(runs, folder));
  if (!output.ok) return fail(describeMissing('sbatch', output.error));
  const id = output.value.exitCode === 0 ? parseSubmission(output.value.stdout) : undefined;
  if (id !== undefined) return succeed(runs.map((_, index) => `${id}_${index}`));
  const asksForPartition = /invalid partition/i.test(output.value.stderr);
  const partitions = asksForPartition ? await listPartitions(run) : [];
  return fail(describeRefusal(output.value, partitions));
}

function sbatchArguments(runs: SlurmArray, folder: string): readonly string[] {
  const [{ slurm }] = runs;
  const limit = slurm.arrayLimit === undefined ? '' : `%${slurm.arrayLimit}`;
  return [
    '--parsable',
    `--array=0-${runs.length - 1}${limit}`,
    ...(namesJob(slurm.header) ? [] : [`--job-name=${slurm.array}`]),
    `--chdir=${folder}`,
    // Slurm puts the folder before a relative name and then reads %j in both: two of them are one.
    `--output=${folder.replaceAll('%', '%%')}/${taskOutputName('%a')}`,
    join(folder, slurmFiles.script),
    folder,
  ];
}

/** What the batch script reads; gives the folder of the array. */
async function writeArray(runs: SlurmArray, header: readonly string[]): Promise<string> {
  const folder = await claimFolder(runs[0]);
  for (const run of runs) await writeRun(run, folder);
  const folders = separateByNul(runs.map(({ runFolder }) => runFolder));
  await writeFile(join(folder, slurmFiles.folders), folders);
  await writeFile(join(folder, slurmFiles.script), batchScript(header), { mode: 0o755 });
  return folder;
}

/** `.counterweight/slurm/<first run>`, beside the folder of the runs; another one for each attempt. */
async function claimFolder({ runFolder, runId }: SlurmLaunch): Promise<string> {
  const parent = join(dirname(dirname(runFolder)), 'slurm');
  await mkdir(parent, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, attempt === 1 ? runId : `${runId}-${attempt}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken) throw error;
    }
  }
}

async function writeRun(
  { runFolder, command, cwd, env, seed }: SlurmLaunch,
  array: string,
): Promise<void> {
  const state = join(runFolder, slurmFiles.state);
  // Of an earlier attempt: its exit code would be taken for that of this one.
  await rm(state, { recursive: true, force: true });
  await mkdir(state, { recursive: true });
  const variables = {
    ...env,
    COUNTERWEIGHT_RUN_DIR: runFolder,
    COUNTERWEIGHT_SEED: String(seed),
  };
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const write = (name: string, texts: readonly string[]): Promise<void> =>
    writeFile(join(state, name), separateByNul(texts));
  await write(slurmFiles.arguments, command);
  await write(slurmFiles.environment, environment);
  await write(slurmFiles.directory, [cwd]);
  await writeFile(join(state, slurmFiles.array), array);
}
