import { basename, dirname, extname, join, relative, sep } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../base/parseJson.ts';
import { type AblationRecord, ablationRecordSchema } from '../model/ablation.ts';
import { type RunId, type RunRecord, runIdSchema, runRecordSchema } from '../model/run.ts';
import type { WorkspaceFiles } from './files.ts';

/** Our folder in the workspace folder that holds the config (decisions.md 13). Git ignores it. */
export const stateFolderName = '.counterweight';

const recordFileName = 'run.json';
/** Written by the train host beside `run.json`. */
const checkpointFileName = 'checkpoint.json';
const ablationFileName = 'ablation.json';

export function runsFolder(workspaceFolder: string): string {
  return join(workspaceFolder, stateFolderName, 'runs');
}

export function ablationsFolder(workspaceFolder: string): string {
  return join(workspaceFolder, stateFolderName, 'ablations');
}

/** The workspace folder that the folder of a run, or of an experiment, belongs to. */
export function workspaceFolderOf(stateFolder: string): string {
  return dirname(dirname(dirname(stateFolder)));
}

/** A config as records name it: by its way from the workspace folder, with forward slashes. */
export function recordedPath(workspaceFolder: string, configPath: string): string {
  return relative(workspaceFolder, configPath).split(sep).join('/');
}

/** The nearest folder upwards that holds our state folder: the workspace folder of an earlier run. */
export async function nearestStateFolder(
  files: WorkspaceFiles,
  configPath: string,
): Promise<string | undefined> {
  for (let folder = dirname(configPath); ; folder = dirname(folder)) {
    if ((await files.list(join(folder, stateFolderName))).length > 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Name of the copy of the config in the folder of a run. */
export function snapshotName(configPath: string): string {
  return `config${extname(configPath)}`;
}

/** `20261121-074512`: sorts by time, and tells a person when. */
function timeStamp(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}

/** Makes a new folder with a name that nobody has, even when two windows start in the same second. */
async function claimFolder(
  files: WorkspaceFiles,
  parent: string,
  name: string,
): Promise<{ readonly id: RunId; readonly folder: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const id = runIdSchema.parse(attempt === 1 ? name : `${name}-${attempt}`);
    const folder = join(parent, id);
    if (await files.makeFolder(folder)) return { id, folder };
  }
}

/** Name of a new run or experiment of a config: `20261121-074512-train`. */
export function timeStampedName(configPath: string, now: number): string {
  const config = basename(configPath, extname(configPath)).replace(/[^A-Za-z0-9_-]/g, '-');
  return `${timeStamp(now)}-${config}`.slice(0, 100);
}

/** Makes the folder of a new run or experiment, and tells git to ignore ours. */
export async function createStateFolder(
  files: WorkspaceFiles,
  workspaceFolder: string,
  kind: 'runs' | 'ablations',
  name: string,
): Promise<{ readonly id: RunId; readonly folder: string }> {
  const parent = kind === 'runs' ? runsFolder(workspaceFolder) : ablationsFolder(workspaceFolder);
  const claimed = await claimFolder(files, parent, name);
  const ignore = join(workspaceFolder, stateFolderName, '.gitignore');
  if ((await files.readText(ignore)) === undefined) await files.writeAtomically(ignore, '*\n');
  return claimed;
}

/** What a person can do about a folder of ours that could not be written; a bug is thrown again. */
export function whyNotWritten(folder: string, error?: unknown): string {
  if (error !== undefined && !(error instanceof Error && 'code' in error)) throw error;
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
  return `${folder} could not be written${code}; is the disk full, or the folder read-only?`;
}

export async function writeRunRecord(
  files: WorkspaceFiles,
  folder: string,
  record: RunRecord,
): Promise<void> {
  await files.writeAtomically(join(folder, recordFileName), `${JSON.stringify(record, null, 2)}\n`);
}

/** What is recorded of one run by now, by whichever window; undefined where it cannot be read. */
export async function readRunRecord(
  files: WorkspaceFiles,
  folder: string,
): Promise<RunRecord | undefined> {
  const value = parseJson(await files.readText(join(folder, recordFileName)));
  const parsed = runRecordSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/**
 * The step of the checkpoint in the folder of a run. A train host that outlives the window which
 * started it leaves one that no record tells of.
 */
export async function readCheckpointStep(
  files: WorkspaceFiles,
  folder: string,
): Promise<number | undefined> {
  const value = parseJson(await files.readText(join(folder, checkpointFileName)));
  const parsed = z.object({ step: z.number().int().positive() }).safeParse(value);
  return parsed.success ? parsed.data.step : undefined;
}

export async function writeAblationRecord(
  files: WorkspaceFiles,
  folder: string,
  record: AblationRecord,
): Promise<void> {
  await files.writeAtomically(
    join(folder, ablationFileName),
    `${JSON.stringify(record, null, 2)}\n`,
  );
}

/** What is recorded of one experiment by now; undefined where it cannot be read. */
export async function readAblationRecord(
  files: WorkspaceFiles,
  folder: string,
): Promise<AblationRecord | undefined> {
  const value = parseJson(await files.readText(join(folder, ablationFileName)));
  const parsed = ablationRecordSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export interface Stored<Record> {
  readonly folder: string;
  readonly record: Record;
}

async function readRecords<Record>(
  files: WorkspaceFiles,
  parent: string,
  fileName: string,
  parse: (value: unknown) => { success: true; data: Record } | { success: false },
  leftOut: (path: string, why: string) => void,
): Promise<readonly Stored<Record>[]> {
  const found: Stored<Record>[] = [];
  for (const name of await files.list(parent)) {
    const folder = join(parent, name);
    const text = await files.readText(join(folder, fileName));
    if (text === undefined) continue;
    const value = parseJson(text);
    const parsed = parse(value);
    if (parsed.success) found.push({ folder, record: parsed.data });
    else leftOut(join(folder, fileName), isNewer(value) ? 'is of a newer version' : 'is damaged');
  }
  return found;
}

function isNewer(value: unknown): boolean {
  return z.object({ schema: z.number().gt(1) }).safeParse(value).success;
}

/** The runs that were started in this workspace folder, now or by an earlier window. */
export function readRunRecords(
  files: WorkspaceFiles,
  workspaceFolder: string,
  leftOut: (path: string, why: string) => void,
): Promise<readonly Stored<RunRecord>[]> {
  return readRecords(
    files,
    runsFolder(workspaceFolder),
    recordFileName,
    (value) => runRecordSchema.safeParse(value),
    leftOut,
  );
}

export function readAblationRecords(
  files: WorkspaceFiles,
  workspaceFolder: string,
  leftOut: (path: string, why: string) => void,
): Promise<readonly Stored<AblationRecord>[]> {
  return readRecords(
    files,
    ablationsFolder(workspaceFolder),
    ablationFileName,
    (value) => ablationRecordSchema.safeParse(value),
    leftOut,
  );
}
