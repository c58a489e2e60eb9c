import type { LogFormat } from './logFormat.ts';
import { logFormats } from './registry.ts';
import type { SnapshotFormat } from './snapshotFormat.ts';
import { snapshotFormats } from './snapshotRegistry.ts';

/**
 * Detection looks at this many bytes from the start of a file first, and at up to `largeHeadBytes`
 * where they leave it undecided.
 */
export const detectionHeadBytes = 4096;

/** Below this confidence a file is taken for something else. */
const leastConfidence = 0.5;

interface Detector {
  detect(fileName: string, head: Uint8Array): number;
}

/**
 * The format of a growing file by its name and its first bytes: undefined for none, 'undecided'
 * while a format needs more bytes to tell and no other one is certain. Ask `detectSnapshot` first.
 */
export function detectFormat(
  fileName: string,
  head: Uint8Array,
): LogFormat | 'undecided' | undefined {
  return detectAmong(logFormats, fileName, head);
}

/** The same for files that their writer rewrites as a whole. */
export function detectSnapshot(
  fileName: string,
  head: Uint8Array,
): SnapshotFormat | 'undecided' | undefined {
  return detectAmong(snapshotFormats, fileName, head);
}

function detectAmong<Format extends Detector>(
  formats: readonly Format[],
  fileName: string,
  head: Uint8Array,
): Format | 'undecided' | undefined {
  let best: Format | undefined;
  let bestConfidence = 0;
  let isUndecided = false;
  for (const format of formats) {
    const confidence = format.detect(fileName, head);
    if (Number.isNaN(confidence)) isUndecided = true;
    else if (confidence > bestConfidence) {
      best = format;
      bestConfidence = confidence;
    }
  }
  if (best && bestConfidence >= leastConfidence) return best;
  return isUndecided ? 'undecided' : undefined;
}
