import * as vscode from 'vscode';

import type { CommandContext } from './command.ts';

/**
 * Whether it is known what runs and ablations there are. Waits for a server that is still starting, and
 * tells the user where none answers: then nothing may be said of what there is not.
 */
export async function awaitLists({
  mirror,
  notices,
}: Pick<CommandContext, 'mirror' | 'notices'>): Promise<boolean> {
  const isTold = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: 'Counterweight: reading runs and ablations…',
    },
    () => mirror.told(),
  );
  if (!isTold) {
    notices.error(
      'It is not known which runs and ablations there are, since the language server of Counterweight does not answer.',
      {
        label: 'Restart',
        run: () => vscode.commands.executeCommand('counterweight.restartServer'),
      },
    );
  }
  return isTold;
}
