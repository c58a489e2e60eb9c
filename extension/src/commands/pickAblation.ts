import * as vscode from 'vscode';

import { chooseId } from './chooseId.ts';
import type { CommandContext } from './command.ts';

/** The ablation that a caller has given, or one that is picked, newest first; undefined for none. */
export function pickAblation(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<string | undefined> {
  return chooseId(context, argument, {
    title,
    placeHolder: 'The ablation to report on',
    list: ({ ablations }) =>
      [...ablations]
        .sort((a, b) => b.createdAt - a.createdAt)
        .map(({ id, title: label, state, createdAt }) => ({
          label,
          description: state,
          detail: new Date(createdAt).toLocaleString(),
          id,
        })),
    tellNone: (notices) =>
      notices.warn('There is no ablation yet: run one from the lens above a loss weight.', {
        label: 'Run Ablation…',
        run: () => vscode.commands.executeCommand('counterweight.ablate'),
      }),
  });
}
