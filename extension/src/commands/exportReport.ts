import type { Command } from './command.ts';
import { pickAblation } from './pickAblation.ts';

/** Writes the report of an ablation into a file: the one given, or one that is picked. */
export const exportReport: Command = {
  id: 'counterweight.exportReport',
  async run(context, argument) {
    const id = await pickAblation(context, argument, 'Export Ablation Report');
    if (id !== undefined) await context.reports.export(id);
  },
};
