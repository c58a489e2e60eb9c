import { systemClock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { isFinalState } from '../model/run.ts';
import { quietMs } from './claim.ts';
import type { WorkspaceFiles } from './files.ts';
import { asItIsNow } from './owner.ts';
import type { RunCatalog } from './runCatalog.ts';
import { readCheckpointStep, readRunRecords } from './runFolder.ts';

/** Where runs are kept, and where what is known of them goes. */
interface RunPlaces {
  readonly files: WorkspaceFiles;
  readonly catalog: RunCatalog;
  readonly logger: Logger;
}

/** Puts the runs that were started in a workspace folder, by this window or others, into the catalog. */
export async function learnStoredRuns(
  { files, catalog, logger }: RunPlaces,
  folder: string,
): Promise<void> {
  const leftOut = (path: string, why: string): void =>
    logger.warn(`${path} ${why} and was left out; its metrics are still read.`);
  for (const stored of await readRunRecords(files, folder, leftOut)) {
    const quiet = isFinalState(stored.record.state)
      ? undefined
      : await quietMs(files, stored.folder, systemClock.now());
    const record = asItIsNow(stored.record, quiet);
    const step =
      record === stored.record ? undefined : await readCheckpointStep(files, stored.folder);
    const known = step === undefined ? record : { ...record, checkpointStep: step };
    catalog.putRecord(folder, stored.folder, known);
  }
}
