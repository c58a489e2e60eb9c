import type { SlicedReading, SnapshotReading } from '../../server/src/readers/snapshotFormat.ts';

/** Reads a snapshot to its end without a pause. */
export function readAtOnce(slices: SlicedReading): SnapshotReading {
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}
