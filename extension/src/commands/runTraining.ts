import { clientCommands } from '#protocol/commands';
import { requests } from '#protocol/messages';
import type { Command } from './command.ts';
import { findConfig, mayRun, saveConfig } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Starts an instrumented training with the config; the server tells of its progress. */
export const runTraining: Command = {
  id: clientCommands.runTraining,
  async run(context, argument) {
    if (!mayRun(context)) return;
    const configUri = await findConfig(context, argument);
    if (configUri === undefined) return;
    await saveConfig(configUri);
    await requestStart(context, requests.startRun, { configUri });
  },
};
