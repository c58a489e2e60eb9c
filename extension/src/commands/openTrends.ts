import { clientCommands } from '#protocol/commands';
import type { Command } from './command.ts';
import { findConfig } from './preconditions.ts';

/** Opens the loss trends of a config beside it. */
export const openTrends: Command = {
  id: clientCommands.openTrends,
  async run(context, argument) {
    const configUri = await findConfig(context, argument);
    if (configUri !== undefined) context.trends.open(configUri);
  },
};
