import {
  moveAblationSchema,
  pauseQueueSchema,
  type ResumeAblation,
  resumeAblationSchema,
} from '../../protocol/ablation.ts';
import { idSchema, requests, type Started } from '../../protocol/messages.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { untrusted } from '../prepareStart.ts';
import { commandToConfirm } from './runs.ts';

/** The order and the pause of the queue, and experiments that go on after an end before their time. */
export const queueFeature: Feature = {
  name: 'queue',
  register(context) {
    const { connection, workspace, logger } = context;
    const { experiments, queue } = workspace;
    connection.onRequest<Started, void>(
      requests.resumeAblation,
      guardParsed<typeof resumeAblationSchema, Started>(
        logger,
        'resumption of an ablation',
        resumeAblationSchema,
        { problem: 'The ablation could not go on; the log says why.' },
        (asked) => resumeAblation(context, asked),
      ),
    );
    connection.onRequest(
      requests.moveAblation,
      guardParsed(logger, 'move', moveAblationSchema, null, ({ id, to }) => {
        queue.move(id, to);
        return null;
      }),
    );
    connection.onRequest(
      requests.pauseQueue,
      guardParsed(logger, 'pause', pauseQueueSchema, null, ({ paused }) => {
        if (paused) queue.pause();
        else queue.continue();
        return null;
      }),
    );
    connection.onRequest(
      requests.clearAblation,
      guardParsed<typeof idSchema, { problem?: string }>(
        logger,
        'clear',
        idSchema,
        { problem: 'The log says why.' },
        async ({ id }) => {
          const cleared = await experiments.clear(id);
          return cleared.ok ? {} : { problem: cleared.error };
        },
      ),
    );
  },
};

async function resumeAblation(
  { workspace: { experiments }, trusted }: FeatureContext,
  { id, confirmed }: ResumeAblation,
): Promise<Started> {
  if (!trusted()) return { problem: untrusted };
  const choice = await experiments.choiceOf(id);
  if (!choice.ok) return { problem: choice.error };
  // As for a new one: what is stored in a folder may have been put there by anybody.
  const confirm = commandToConfirm(choice.value, confirmed);
  if (confirm) return { confirm };
  const resumed = await experiments.resume(id);
  return resumed.ok ? { id: resumed.value.id } : { problem: resumed.error };
}
