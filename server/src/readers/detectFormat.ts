import type { LogFormat } from './logFormat.ts';
import { logFormats } from './registry.ts';

/** Detection looks at this many bytes from the start of a file. */
export const detectionHeadBytes = 4096;

/** Below this confidence a file is taken for something else. */
const leastConfidence = 0.5;

/**
 * The format of a file by its name and its first bytes: undefined for none, 'undecided' while a
 * format needs more bytes to tell and no other one is certain.
 */
export function detectFormat(
  fileName: string,
  head: Uint8Array,
): LogFormat | 'undecided' | undefined {
  let best: LogFormat | undefined;
  let bestConfidence = 0;
  let isUndecided = false;
  for (const format of logFormats) {
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
