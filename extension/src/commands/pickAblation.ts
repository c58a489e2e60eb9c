import * as vscode from 'vscode';

import { idSchema } from '#protocol/messages';
import { awaitLists } from './awaitLists.ts';
import type { CommandContext } from './command.ts';

/** The ablation that a caller has given, or one that is picked, newest first; undefined for none. */
export async function pickAblation(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<string | undefined> {
  const given = idSchema.safeParse(argument);
  if (given.success) return given.data.id;
  if (!(await awaitLists(context))) return undefined;
  const { mirror, notices } = context;
  if (mirror.ablations.length === 0) {
    notices.warn('There is no ablation yet: run one from the lens above a loss weight.', {
      label: 'Run Ablation…',
      run: () => vscode.commands.executeCommand('counterweight.ablate'),
    });
    return undefined;
  }
  const items = [...mirror.ablations]
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ id, title: label, state, createdAt }) => ({
      label,
      description: state,
      detail: new Date(createdAt).toLocaleString(),
      id,
    }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'The ablation to report on',
  });
  return picked?.id;
}
