import { hostname } from 'node:os';

import { processStart, readEnvironment } from '../ablation/launchers/processTable.ts';
import { ProcessTree } from '../ablation/launchers/processTree.ts';
import type { Clock } from '../base/clock.ts';
import type { RunRecord } from '../model/run.ts';

/** A train host whose window is gone writes a checkpoint and ends; a large model takes seconds. */
const saveMs = 30_000;
/** A program is asked to end before it is killed. */
const graceMs = 1000;
/** What even SIGKILL does not end, stuck in a driver, is waited for so long after that. */
const giveUpMs = 5000;
const lookMs = 50;

/** No process has this id. */
const nobody = -1;

/**
 * Ends what an earlier session left of a run, and resolves when it is gone: it would go on writing
 * into the folder of the run and hold its device.
 */
export async function endLeftovers(
  record: RunRecord,
  runFolder: string,
  clock: Clock,
): Promise<void> {
  const tree = treeLeftBy(record, runFolder);
  if (!tree || tree.alive().length === 0) return;
  const asked = record.engine === 'command';
  if (asked) tree.signal('SIGTERM');
  const killAt = clock.now() + (asked ? graceMs : saveMs);
  while (tree.alive().length > 0 && clock.now() < killAt + giveUpMs) {
    if (clock.now() >= killAt) tree.signal('SIGKILL');
    await new Promise<void>((resume) => clock.after(lookMs, resume));
  }
}

function treeLeftBy(
  { process: left, owner }: RunRecord,
  runFolder: string,
): ProcessTree | undefined {
  const { host = hostname() } = left ?? owner ?? {};
  if (host !== hostname()) return undefined;
  const mark = `COUNTERWEIGHT_RUN_DIR=${runFolder}`;
  // The id may be somebody else's by now, or was not yet written; then the mark finds what there is.
  const isSame = left?.started !== undefined && processStart(left.pid) === left.started;
  // What a file names is ended with all that came from it: it must carry the mark where that is told.
  const isOurs = isSame && left.pid > 1 && (!tellsEnvironments || carries(left.pid, mark));
  return new ProcessTree(isOurs ? left.pid : nobody, mark);
}

const tellsEnvironments = process.platform === 'linux';

function carries(pid: number, mark: string): boolean {
  return readEnvironment(pid).split('\0').includes(mark);
}
