import { join } from 'node:path';

import type { Clock } from '../base/clock.ts';
import type { AblationRecord } from '../model/ablation.ts';
import { isFinalState } from '../model/run.ts';
import { claimState, lastSign } from './claim.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import { asItIsNow } from './owner.ts';
import type { RunCatalog } from './runCatalog.ts';
import { runsFolder } from './runFolder.ts';
import { hasPlan } from './storedPlan.ts';

interface StandingSources {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly clock: Clock;
}

/** How an experiment stands that does not run here, by what is on the disk of it. */
export async function standingOf(
  sources: StandingSources,
  at: { readonly folder: string; readonly workspaceFolder: string },
  stored: AblationRecord,
): Promise<Pick<KnownExperiment, 'canGoOn' | 'interruptedAt' | 'place' | 'record'>> {
  const { files, clock } = sources;
  const { folder } = at;
  const claimed = await claimState(files, folder, clock.now());
  const ended = isFinalState(stored.state);
  const runs = claimed === 'held' ? stored.runs : runsNow(sources, at.workspaceFolder, stored);
  // Versions before claims told by the owners of the runs alone.
  const goesOn =
    !ended &&
    (claimed === 'never' ? runs.some(({ state }) => !isFinalState(state)) : claimed === 'held');
  const hasAll = await hasPlan(files, folder);
  const left = hasAll && !goesOn && runs.some(({ state }) => state !== 'finished');
  const interrupted = hasAll && !goesOn && !ended;
  return {
    place: goesOn ? 'elsewhere' : 'nowhere',
    record: ended || goesOn ? { ...stored, runs } : { ...stored, runs, state: 'crashed', reason },
    canGoOn: left || interrupted,
    interruptedAt: interrupted ? await lastSign(files, folder) : undefined,
  };
}

const reason = 'The window that ran it was closed.';

/** The states of runs may be newer than their experiment tells, and whoever ran them may be gone. */
function runsNow(
  { catalog }: StandingSources,
  workspaceFolder: string,
  { runs }: AblationRecord,
): AblationRecord['runs'] {
  return runs.map((run) => {
    const known = catalog.find(join(runsFolder(workspaceFolder), run.runId))?.record;
    return isFinalState(run.state) || !known ? run : { ...run, state: asItIsNow(known).state };
  });
}
