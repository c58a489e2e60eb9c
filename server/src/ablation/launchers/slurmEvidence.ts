import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { LastLines } from '../../base/lastLines.ts';
import type { SlurmLaunch } from '../launcher.ts';
import { quotedLines } from './launchFailure.ts';
import type { JobSighting, Sightings } from './slurmCommands.ts';
import { slurmFiles, taskOutputName } from './slurmScript.ts';
import type { JobEvidence } from './slurmWords.ts';

/** Bytes at the end of a file that are looked at for its last lines. */
const tailBytes = 64 * 1024;

/** The exit code that the batch script has left for a run; undefined while there is none. */
export async function readExitCode({ runFolder }: SlurmLaunch): Promise<number | undefined> {
  const state = join(runFolder, slurmFiles.state);
  // Listing the folder makes a network filesystem look anew for what was missing a moment ago.
  const names: readonly string[] = await readdir(state).catch(() => []);
  if (!names.includes(slurmFiles.exit)) return undefined;
  const text = await readFile(join(state, slurmFiles.exit), 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** Lets the batch script know that a person ends the run: the program is killed after a second. */
export async function leaveCancellation({ runFolder }: SlurmLaunch): Promise<void> {
  const path = join(runFolder, slurmFiles.state, slurmFiles.cancel);
  // Without it the program is killed later, as the cluster has it.
  await writeFile(path, '').catch(() => undefined);
}

/**
 * The job of a run whose number never came: the script leaves it once it runs; before that the job is
 * known by its working directory, the folder of its array. Undefined where there is none.
 */
export async function findJob(spec: SlurmLaunch, queue: Sightings): Promise<string | undefined> {
  const started = join(spec.runFolder, slurmFiles.state, slurmFiles.started);
  const [, number] = /^(\d+_\d+) /.exec(await readText(started)) ?? [];
  if (number !== undefined) return number;
  const array = await readArrayFolder(spec);
  const folders = (await readText(join(array, slurmFiles.folders))).split('\0');
  const index = folders.findIndex((folder) => basename(folder) === basename(spec.runFolder));
  const found = [...queue].find(
    ([id, { folder }]) => id.endsWith(`_${index}`) && isSameArray(folder, array),
  );
  return found?.[0];
}

/** The folder of the array that a run was submitted in; empty where it was not. */
export function readArrayFolder({ runFolder }: SlurmLaunch): Promise<string> {
  return readText(join(runFolder, slurmFiles.state, slurmFiles.array));
}

/** Whether a job that works in this folder is one of this array: numbers of jobs are used again. */
export function isSameArray(folder: string, array: string): boolean {
  // Machines may see it by different paths; its name is that of a run, which there is once.
  return array !== '' && basename(folder) === basename(array);
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Everything that is known of a run whose job is over. */
export async function gatherEvidence(
  job: string,
  spec: SlurmLaunch,
  sighting: JobSighting | undefined,
  exitCode: number | undefined,
): Promise<JobEvidence> {
  const { runFolder } = spec;
  const state = join(runFolder, slurmFiles.state);
  // Of a job that an earlier session submitted, only its files tell.
  const directory = await readText(join(state, slurmFiles.directory));
  const cwd = directory.replace(/\0$/, '');
  const names: readonly string[] = await readdir(state).catch(() => []);
  const began = names.includes(slurmFiles.started);
  const cancelled = names.includes(slurmFiles.cancel);
  const program = began
    ? (await lastLinesOf(join(runFolder, 'stderr.log'))) ||
      (await lastLinesOf(join(runFolder, 'stdout.log')))
    : '';
  const remarks = await readRemarks(job, spec);
  const said = { lastOutput: program, remarks };
  return { job, sighting, exitCode, began, cancelled, runFolder, cwd, ...said };
}

/** What the batch script and Slurm's daemon printed, in the folder of the array. */
async function readRemarks(job: string, spec: SlurmLaunch): Promise<string> {
  const folder = await readArrayFolder(spec);
  if (folder === '') return '';
  const index = Number.parseInt(job.split('_')[1] ?? '0', 10);
  return lastLinesOf(join(folder, taskOutputName(index)));
}

/** Empty where there is no such file. */
async function lastLinesOf(path: string): Promise<string> {
  const last = new LastLines(quotedLines);
  const file = await open(path).catch(() => undefined);
  try {
    const size = (await file?.stat())?.size ?? 0;
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    await file?.read(buffer, 0, buffer.length, size - buffer.length);
    last.add(buffer);
  } catch {
    // A network filesystem that does not answer must not keep a run from its end.
  } finally {
    await file?.close();
  }
  return last.text();
}
