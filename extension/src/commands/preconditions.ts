import * as vscode from 'vscode';

import { configArgumentSchema } from '#protocol/commands';
import { configUriOf } from '../client/activeConfig.ts';
import type { CommandContext } from './command.ts';

/**
 * The config that a command is meant for: its argument's, the active editor's, the one last looked
 * at, or one picked by the user. Undefined, with a message, when there is none.
 */
export async function findConfig(
  context: CommandContext,
  argument: unknown,
): Promise<string | undefined> {
  const given = configArgumentSchema.safeParse(argument);
  if (given.success) return given.data.configUri;
  const active = vscode.window.activeTextEditor?.document;
  const known = (active && configUriOf(active)) ?? context.activeConfig.uri;
  if (known !== undefined) return known;
  const [first, ...more] = candidates(context);
  if (first === undefined) {
    tellNoConfig(context);
    return undefined;
  }
  return more.length === 0 ? first : pickConfig([first, ...more]);
}

/** Whether programs may be run here; tells the user why not. */
export function mayRun(context: CommandContext): boolean {
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) {
    context.notices.warn(
      'No folder is open: Counterweight keeps its runs in the folder of the config. Open the folder and run the command again.',
      {
        label: 'Open Folder…',
        run: () => vscode.commands.executeCommand('vscode.openFolder'),
      },
    );
    return false;
  }
  if (vscode.workspace.isTrusted) return true;
  context.notices.warn(
    'Workspace is not trusted: Counterweight reads its configs and logs but runs nothing in it.',
    {
      label: 'Manage Workspace Trust',
      run: () => vscode.commands.executeCommand('workbench.trust.manage'),
    },
  );
  return false;
}

/**
 * Writes unsaved edits of the config to disk, since a training reads the file: what the user sees
 * is what is run.
 */
export async function saveConfig(configUri: string): Promise<void> {
  const document = vscode.workspace.textDocuments.find(
    (candidate) => candidate.uri.toString() === configUri,
  );
  if (document?.isDirty) await document.save();
}

function candidates({ mirror }: CommandContext): readonly string[] {
  const open = vscode.workspace.textDocuments.flatMap((document) => configUriOf(document) ?? []);
  return [...new Set([...open, ...mirror.runs.flatMap(({ configUris }) => configUris)])];
}

async function pickConfig(uris: readonly string[]): Promise<string | undefined> {
  const items = uris.map((uri) => ({
    label: vscode.workspace.asRelativePath(vscode.Uri.parse(uri)),
    uri,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Counterweight',
    placeHolder: 'The config that sets the loss weights',
  });
  return picked?.uri;
}

function tellNoConfig({ notices }: CommandContext): void {
  notices.warn(
    'No config is open: open the file that sets the loss weights (YAML, JSON, TOML or Python) and run the command again.',
    {
      label: 'Go to File…',
      run: () => vscode.commands.executeCommand('workbench.action.quickOpen'),
    },
  );
}
