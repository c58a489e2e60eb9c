import { idSchema, requests } from '#protocol/messages';
import { anythingSchema } from '../client/answer.ts';
import type { Command, CommandContext } from './command.ts';

/** Lets the runs of an ablation have their turn before those of the one ahead of it. */
export const moveAblationUp: Command = {
  id: 'counterweight.moveAblationUp',
  run: (context, argument) => move(context, argument, 'earlier'),
};

/** Lets the runs of the ablation after this one have their turn first. */
export const moveAblationDown: Command = {
  id: 'counterweight.moveAblationDown',
  run: (context, argument) => move(context, argument, 'later'),
};

/** It is offered on the lines of the view alone, so there is always one given. */
async function move(
  { server, notices }: CommandContext,
  argument: unknown,
  to: 'earlier' | 'later',
): Promise<void> {
  const given = idSchema.safeParse(argument);
  if (!given.success) return;
  const { id } = given.data;
  const answer = await server.request(requests.moveAblation, { id, to }, anythingSchema);
  if (!answer.ok) notices.error(`It could not be moved. ${answer.problem}`);
}
