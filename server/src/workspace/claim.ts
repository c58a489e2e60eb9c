import { join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../base/parseJson.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { ownerSchema } from '../model/run.ts';
import type { WorkspaceFiles } from './files.ts';
import { goneMs, isAlive, isOfAnotherMachine, thisProcess } from './owner.ts';
import { whyNotWritten } from './runFolder.ts';

const claimSchema = z.object({
  owner: ownerSchema,
  /** It is done with the folder: anybody may have it next. */
  released: z.literal(true).optional(),
});

/** The right to write to a folder that several windows, on several machines even, may have open. */
export interface Claim {
  /** File that says whose it is. */
  readonly path: string;
}

/** How a folder stands: nobody ever had it, whoever had it is gone or done, or somebody has it. */
export type ClaimState = 'never' | 'free' | 'held';

/** How often a claim is written anew, so that other machines see that its owner lives. */
export const beatMs = 30_000;

/** A claim that says nothing yet: on filesystems without links it is written after it is made. */
const emptyMs = 10_000;

const claimPattern = /^owner\.(\d+)\.json$/;

/**
 * Takes a folder, or gives undefined where another process that lives has it, or was faster.
 *
 * Claims are numbered files, each created exclusively and complete, and never removed: who made the
 * one with the highest number has the folder. So nobody can take away the claim of one who was faster,
 * as may happen where a stale lock is deleted between another's look and its deletion.
 */
export async function takeClaim(
  files: WorkspaceFiles,
  folder: string,
  now: number,
): Promise<Claim | undefined> {
  const latest = await latestClaim(files, folder);
  if (latest > 0 && (await isHeld(files, claimPath(folder, latest), now))) return undefined;
  const path = claimPath(folder, latest + 1);
  const made = await files.createExclusively(path, claimText({ owner: thisProcess() }));
  return made ? { path } : undefined;
}

export async function claimState(
  files: WorkspaceFiles,
  folder: string,
  now: number,
): Promise<ClaimState> {
  const latest = await latestClaim(files, folder);
  if (latest === 0) return 'never';
  return (await isHeld(files, claimPath(folder, latest), now)) ? 'held' : 'free';
}

/** When whoever has or had a folder last said that it lives; 0 where nobody ever had it. */
export async function lastSign(files: WorkspaceFiles, folder: string): Promise<number> {
  const path = claimPath(folder, await latestClaim(files, folder));
  return (await files.facts(path))?.modifiedAt ?? 0;
}

/**
 * For how many milliseconds nothing in the folder of a run has been written. Claims do not count: who
 * takes a run to resume it says nothing of whether somebody else still trains it.
 */
export async function quietMs(files: WorkspaceFiles, folder: string, now: number): Promise<number> {
  const names = (await files.list(folder)).filter((name) => !claimPattern.test(name));
  const facts = await Promise.all(names.map((name) => files.facts(join(folder, name))));
  return now - Math.max(0, ...facts.map((one) => one?.modifiedAt ?? 0));
}

/** Says that its owner lives. */
export function renewClaim(files: WorkspaceFiles, { path }: Claim): Promise<void> {
  return files.writeAtomically(path, claimText({ owner: thisProcess() }));
}

/** Says that its owner is done. */
export function releaseClaim(files: WorkspaceFiles, { path }: Claim): Promise<void> {
  return files.writeAtomically(path, claimText({ owner: thisProcess(), released: true }));
}

/** Does something that no other process may do at once, or says why it cannot be done now. */
export async function whileClaimed<T>(
  files: WorkspaceFiles,
  folder: string,
  now: number,
  action: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const claim = await tryClaim(files, folder, now);
  if (!claim.ok) return claim;
  try {
    return await action();
  } finally {
    // Where that cannot be written, it is ours until this process ends.
    await releaseClaim(files, claim.value).catch(() => undefined);
  }
}

/** Takes a folder that was there before, or says why it cannot be taken. */
export async function tryClaim(
  files: WorkspaceFiles,
  folder: string,
  now: number,
): Promise<Result<Claim>> {
  try {
    const claim = await takeClaim(files, folder, now);
    return claim ? succeed(claim) : fail('It is going on in another window.');
  } catch (error) {
    return fail(whyNotWritten(folder, error));
  }
}

function claimText(claim: z.infer<typeof claimSchema>): string {
  return `${JSON.stringify(claim)}\n`;
}

function claimPath(folder: string, number: number): string {
  return join(folder, `owner.${number}.json`);
}

async function latestClaim(files: WorkspaceFiles, folder: string): Promise<number> {
  const names = await files.list(folder);
  return Math.max(0, ...names.map((name) => Number(claimPattern.exec(name)?.[1] ?? 0)));
}

async function isHeld(files: WorkspaceFiles, path: string, now: number): Promise<boolean> {
  const text = await files.readText(path);
  const age = now - ((await files.facts(path))?.modifiedAt ?? 0);
  // It may be somebody else's, who lets nobody read it.
  if (text === undefined) return age < goneMs;
  const claim = claimSchema.safeParse(parseJson(text)).data;
  if (!claim) return age < emptyMs;
  if (claim.released) return false;
  const { owner } = claim;
  if (isOfAnotherMachine(owner)) return age < goneMs;
  // Where the system does not tell when a process started, its id may be another's by now.
  return isAlive(owner) && (owner.started !== undefined || age < goneMs);
}
