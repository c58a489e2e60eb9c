import { requests } from '#protocol/messages';
import { anythingSchema } from '../client/answer.ts';
import type { Command, CommandContext } from './command.ts';

/** What runs goes on to its end; nothing else begins. */
export const pauseQueue: Command = {
  id: 'counterweight.pauseQueue',
  run: (context) => setPaused(context, { paused: true }),
};

/** What waits has its turn again. */
export const continueQueue: Command = {
  id: 'counterweight.continueQueue',
  run: (context) => setPaused(context, { paused: false }),
};

async function setPaused(
  { server, notices }: CommandContext,
  message: { readonly paused: boolean },
): Promise<void> {
  const answer = await server.request(requests.pauseQueue, message, anythingSchema);
  if (!answer.ok) notices.error(`The queue stays as it is. ${answer.problem}`);
}
