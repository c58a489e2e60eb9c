import { fail, type Result, succeed } from '../base/result.ts';
import type { BackendChoice } from '../training/backends/chooseBackend.ts';
import { readCheckpoint, type StoredCheckpoint } from './checkpointFile.ts';
import type { SendNotice } from './noticeGate.ts';

/** The checkpoint that a run goes on from; undefined for a run that begins. */
export function readResumption(order: {
  readonly resume: boolean;
  readonly runFolder: string;
}): Result<StoredCheckpoint | undefined> {
  if (!order.resume) return succeed(undefined);
  const read = readCheckpoint(order.runFolder);
  return read.ok ? read : fail(`The run cannot be resumed. ${read.error}`);
}

/**
 * The backend for a run: one that is resumed goes on with the backend it had, unless another is
 * wanted by name or it does not run here any more. Bit by bit the same it is only there.
 */
export async function chooseAgain(
  wanted: string,
  stored: StoredCheckpoint | undefined,
  choose: (wanted: string) => Promise<Result<BackendChoice>>,
  notice: SendNotice,
): Promise<Result<BackendChoice>> {
  if (!stored) return choose(wanted);
  const { step } = stored.checkpoint;
  const before = await choose(wanted === 'auto' ? stored.backend : wanted);
  const choice = before.ok || wanted !== 'auto' ? before : await choose('auto');
  if (!choice.ok) return choice;
  const { name } = choice.value.backend;
  if (name === stored.backend) {
    const reason = 'The backend of this run before it was resumed.';
    return succeed({ ...choice.value, reason: wanted === 'auto' ? reason : choice.value.reason });
  }
  const why = before.ok ? '' : ` ${before.error}`;
  notice(
    `Resumed on ${name}, where the first ${step} steps were taken on ${stored.backend}: the steps ` +
      `that follow equal those of an uninterrupted run within rounding, not bit by bit.${why}`,
    step,
  );
  return choice;
}
