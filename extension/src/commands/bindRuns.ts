import * as vscode from 'vscode';

import { clientCommands } from '#protocol/commands';
import { applyCorrection } from '../client/applyCorrection.ts';
import { runFolders } from './bindingChoices.ts';
import type { Command, CommandContext } from './command.ts';
import { findConfig } from './preconditions.ts';

/** Says in which folder the runs of a config appear, and writes it into `counterweight.yaml`. */
export const bindRuns: Command = {
  id: clientCommands.bindRuns,
  async run(context, argument) {
    const configUri = await findConfig(context, argument);
    if (configUri === undefined) return;
    const path = await pickFolder(context, configUri);
    if (path !== undefined) await applyCorrection(context, configUri, { kind: 'logs', path });
  },
};

/** One that is known to hold runs, or any other. */
async function pickFolder(
  { mirror }: CommandContext,
  configUri: string,
): Promise<string | undefined> {
  const watched = mirror.runs.filter(({ engine }) => engine === 'watched');
  const folders = runFolders(watched, configUri);
  if (folders.length === 0) return await browse(configUri);
  const known = folders.map(({ path, description }) => ({
    label: vscode.workspace.asRelativePath(path),
    description,
    path,
  }));
  const picked = await vscode.window.showQuickPick(
    [...known, { label: '$(folder-opened) Another folder…', description: '', path: undefined }],
    { title: 'Runs of This Config Are in…', placeHolder: 'The folder in which its runs appear' },
  );
  if (!picked) return undefined;
  return picked.path ?? (await browse(configUri));
}

async function browse(configUri: string): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Runs of This Config Are in…',
    openLabel: 'Runs Are Here',
    defaultUri: vscode.Uri.joinPath(vscode.Uri.parse(configUri), '..'),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return picked?.[0]?.fsPath;
}
