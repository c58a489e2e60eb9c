import { join } from 'node:path';

import type { LaunchBase } from '../ablation/launcher.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { checkpointOf, isFinalState, type RunRecord, resumableStep } from '../model/run.ts';
import { quietMs } from './claim.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';
import { asItIsNow, isThisProcess, thisProcess } from './owner.ts';
import { readRunRecord, snapshotName, workspaceFolderOf } from './runFolder.ts';
import { taskModulePath } from './taskModule.ts';

/** A run of a built-in task that is ready to go on. */
export interface Resumption {
  readonly workspaceFolder: string;
  /** The record as it stands. */
  readonly before: RunRecord;
  /** The record of the run that waits to go on: how it ended is forgotten. */
  readonly record: RunRecord;
  readonly base: LaunchBase;
  /** The module of the user's own task, where the run is of one. */
  readonly modulePath: string | undefined;
}

/** Whether a person can let a run go on from a checkpoint, or in words why not. */
export async function prepareResumption(
  files: WorkspaceFiles,
  run: KnownRun,
  now: number,
): Promise<Result<Resumption>> {
  const { record, name } = run;
  if (record && resumableStep(record) === undefined) return fail(whyNot(name, record));
  return prepareArmResumption(files, run, now);
}

/** Whether an arm of an experiment that goes on can go on from its checkpoint, or in words why not. */
export async function prepareArmResumption(
  files: WorkspaceFiles,
  { id, name, record, configPath: original }: KnownRun,
  now: number,
): Promise<Result<Resumption>> {
  if (!record || original === undefined) {
    return fail(`${name} was not started here; only its logs are known.`);
  }
  if (checkpointOf(record) === undefined) return fail(whyNot(name, record));
  const configPath = join(id, snapshotName(original));
  const configText = await files.readText(configPath);
  if (configText === undefined) {
    return fail(`${configPath} cannot be read; it says what ${name} trains.`);
  }
  // Another window may have resumed it since this one read the record.
  const stored = await readRunRecord(files, id);
  const latest = stored && asItIsNow(stored, await quietMs(files, id, now));
  if (latest && goesOnElsewhere(latest)) return fail(`${name} is going on in another window.`);
  if (latest?.state === 'finished') return fail(whyNot(name, latest));
  const { endedAt: _, exitCode: __, signal: ___, reason: ____, place: _____, ...rest } = record;
  const { process: ______, ...kept } = rest;
  const { askedSteps } = record;
  const steps = askedSteps === undefined ? {} : { steps: askedSteps };
  return succeed({
    workspaceFolder: workspaceFolderOf(id),
    before: record,
    record: { ...kept, state: 'queued', startedAt: now, owner: thisProcess() },
    modulePath: taskModulePath(original, configText),
    base: { runId: record.id, runFolder: id, configPath, seed: record.seed, ...steps },
  });
}

/** What this process itself recorded may say so still: its end may have found no room on the disk yet. */
function goesOnElsewhere({ state, owner }: RunRecord): boolean {
  return !isFinalState(state) && !(owner && isThisProcess(owner));
}

function whyNot(name: string, { engine, state, ablation }: RunRecord): string {
  if (engine === 'command') return `${name} was trained by your own program; start it again.`;
  if (ablation) return `${name} belongs to an ablation; run the ablation again.`;
  if (state === 'finished') return `${name} has finished; there is nothing left to train.`;
  if (!isFinalState(state)) return `${name} is still going on.`;
  return `${name} ended before its first checkpoint; start it again.`;
}
