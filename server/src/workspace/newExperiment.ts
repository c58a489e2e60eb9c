import type { AblationRecord } from '../model/ablation.ts';
import { type Claim, takeClaim } from './claim.ts';
import { type ExperimentRequest, newRecord } from './experimentRecord.ts';
import type { WorkspaceFiles } from './files.ts';
import type { PlannedExperiment } from './planExperiment.ts';
import { createStateFolder, timeStampedName, writeAblationRecord } from './runFolder.ts';
import type { SharedByArms } from './runPlan.ts';
import { type StoredPlan, writePlan } from './storedPlan.ts';

/** An experiment that is on the disk, and ours; none of its runs has begun. */
export interface NewExperiment {
  readonly folder: string;
  readonly record: AblationRecord;
  readonly plan: StoredPlan;
  readonly claim: Claim | undefined;
}

/** Longer names would not leave room for the variant and the seed in the names of the runs. */
const longestName = 56;

/**
 * Writes all that an experiment needs to go on after this process: its record last, so that one whose
 * making was cut short is none. Throws what the disk throws.
 */
export async function writeExperiment(
  files: WorkspaceFiles,
  asked: ExperimentRequest,
  planned: PlannedExperiment,
  shared: SharedByArms,
  now: number,
): Promise<NewExperiment> {
  const name = timeStampedName(asked.config.path, now).slice(0, longestName);
  const { id, folder } = await createStateFolder(files, asked.workspaceFolder, 'ablations', name);
  const claim = await takeClaim(files, folder, now);
  const plan = await writePlan(files, folder, planned, shared);
  const record = newRecord(asked, planned, id, now);
  await writeAblationRecord(files, folder, record);
  return { folder, record, plan, claim };
}
