import type { Command } from './command.ts';
import { pickAblation } from './pickAblation.ts';

/** Opens the report of an ablation: the one given, or one that is picked, newest first. */
export const openReport: Command = {
  id: 'counterweight.openReport',
  async run(context, argument) {
    const id = await pickAblation(context, argument, 'Open Ablation Report');
    if (id !== undefined) context.reports.open(id);
  },
};
