import * as vscode from 'vscode';

import { idSchema } from '#protocol/messages';
import type { Command, CommandContext } from './command.ts';

/** Opens the report of an ablation: the one given, or one that is picked, newest first. */
export const openReport: Command = {
  id: 'counterweight.openReport',
  async run(context, argument) {
    const given = idSchema.safeParse(argument);
    const id = given.success ? given.data.id : await pickAblation(context);
    if (id !== undefined) context.reports.open(id);
  },
};

async function pickAblation({ mirror, notices }: CommandContext): Promise<string | undefined> {
  if (mirror.ablations.length === 0) {
    notices.warn('There is no ablation yet: run one from the lens above a loss weight.', {
      label: 'Run Ablation…',
      run: () => vscode.commands.executeCommand('counterweight.ablate'),
    });
    return undefined;
  }
  const items = [...mirror.ablations]
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ id, title, state, createdAt }) => ({
      label: title,
      description: state,
      detail: new Date(createdAt).toLocaleString(),
      id,
    }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Open Ablation Report',
    placeHolder: 'The ablation to report on',
  });
  return picked?.id;
}
