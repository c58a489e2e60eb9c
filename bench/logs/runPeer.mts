import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { repositoryRoot } from '../../scripts/processes.mts';

const runFile = promisify(execFile);
/** The slowest of them are given up after so long. */
const patienceMs = 600_000;

const peerReadingSchema = z.object({
  seconds: z.number().positive(),
  cpuSeconds: z.number().nonnegative(),
  points: z.number().nullable(),
  peak: z.number(),
});
export type PeerReading = z.infer<typeof peerReadingSchema>;

/** Where the peers are installed, none of which the project depends on. */
export interface PeerPlaces {
  /** A Python that has their packages. */
  readonly python: string | undefined;
  /** A folder with `node_modules`. */
  readonly modules: string | undefined;
}

/** A reader that others wrote. */
export interface Peer {
  readonly name: string;
  readonly title: string;
  readonly language: 'JavaScript' | 'Python';
  /** Reads so little a second that it gets a smaller file of the same kind. */
  readonly isSlow?: boolean;
}

/** Has a peer read a file; a text says why it could not. */
export async function runPeer(
  peer: Peer,
  path: string,
  places: PeerPlaces,
): Promise<PeerReading | string> {
  const command = commandOf(peer, path, places);
  if (command === undefined) {
    return peer.language === 'Python' ? 'no --python is given' : 'no --modules are given';
  }
  const [file, ...args] = command;
  try {
    const { stdout } = await runFile(file, args, { timeout: patienceMs });
    return peerReadingSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    return lines.at(-1) ?? 'failed';
  }
}

function commandOf(
  { language, name }: Peer,
  path: string,
  { python, modules }: PeerPlaces,
): readonly [string, ...string[]] | undefined {
  const folder = join(repositoryRoot, 'bench', 'logs');
  if (language === 'Python') {
    return python === undefined ? undefined : [python, '-B', join(folder, 'peers.py'), name, path];
  }
  if (modules === undefined) return undefined;
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  return [process.execPath, quiet, join(folder, 'peers.mts'), name, path, modules];
}
