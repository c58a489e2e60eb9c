import { hostname } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { ownerSchema } from '../model/run.ts';
import type { WorkspaceFiles } from './files.ts';
import { isAlive, thisProcess } from './owner.ts';

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

/** Without a sign for so long, the owner on another machine is gone; clocks may differ by some of it. */
const goneMs = 10 * beatMs;

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

/** Says that its owner lives. */
export function renewClaim(files: WorkspaceFiles, { path }: Claim): Promise<void> {
  return files.writeAtomically(path, claimText({ owner: thisProcess() }));
}

/** Says that its owner is done. */
export function releaseClaim(files: WorkspaceFiles, { path }: Claim): Promise<void> {
  return files.writeAtomically(path, claimText({ owner: thisProcess(), released: true }));
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
  const claim = readClaim(await files.readText(path));
  const age = now - ((await files.facts(path))?.modifiedAt ?? 0);
  if (!claim) return age < emptyMs;
  if (claim.released) return false;
  const { owner } = claim;
  return owner.host === undefined || owner.host === hostname() ? isAlive(owner) : age < goneMs;
}

function readClaim(text: string | undefined): z.infer<typeof claimSchema> | undefined {
  try {
    return claimSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
