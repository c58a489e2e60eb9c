import { dvcliveSummary } from './formats/dvcliveSummary.ts';
import { trainerState } from './formats/trainerState.ts';
import { wandbSummary } from './formats/wandbSummary.ts';
import type { SnapshotFormat } from './snapshotFormat.ts';

/** Every format of files that are rewritten as a whole, sorted by name. */
export const snapshotFormats: readonly SnapshotFormat[] = [
  dvcliveSummary,
  trainerState,
  wandbSummary,
];
