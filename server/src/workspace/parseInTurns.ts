import { type CancellationToken, createCheckpoint } from '../base/cancellation.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { parseConfigInSteps } from '../syntax/registry.ts';

/**
 * Parses a config so that others get their turn meanwhile: a long program takes some tenths of a
 * second. Undefined where no language knows the ending of the name; throws `CancelledError` when
 * cancelled.
 */
export async function parseInTurns(
  path: string,
  text: string,
  token: CancellationToken,
): Promise<ConfigDocument | undefined> {
  const checkpoint = createCheckpoint(token);
  const steps = parseConfigInSteps(path, text);
  let step = steps.next();
  while (!step.done) {
    await checkpoint();
    step = steps.next();
  }
  await checkpoint();
  return step.value;
}
