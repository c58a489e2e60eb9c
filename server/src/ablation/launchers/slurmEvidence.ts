import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LastLines } from '../../base/lastLines.ts';
import type { SlurmLaunch } from '../launcher.ts';
import type { JobSighting } from './slurmCommands.ts';
import { slurmFiles, taskOutputName } from './slurmScript.ts';
import type { JobEvidence } from './slurmWords.ts';

/** Lines of output that a reason quotes. */
const quotedLines = 20;

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
  const directory = await readFile(join(state, slurmFiles.directory), 'utf8').catch(() => '');
  const cwd = directory.replace(/\0$/, '');
  const names: readonly string[] = await readdir(state).catch(() => []);
  const began = names.includes(slurmFiles.started);
  const program = began
    ? (await lastLinesOf(join(runFolder, 'stderr.log'))) ||
      (await lastLinesOf(join(runFolder, 'stdout.log')))
    : '';
  const remarks = await readRemarks(job, spec);
  return { job, sighting, exitCode, began, runFolder, cwd, lastOutput: program, remarks };
}

/** What the batch script and Slurm's daemon printed, in the folder of the array. */
async function readRemarks(job: string, { runFolder }: SlurmLaunch): Promise<string> {
  const path = join(runFolder, slurmFiles.state, slurmFiles.array);
  const folder = await readFile(path, 'utf8').catch(() => undefined);
  if (folder === undefined) return '';
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
