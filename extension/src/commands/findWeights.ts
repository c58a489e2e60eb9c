import * as vscode from 'vscode';

import { type FoundWeights, foundWeightsSchema } from '#protocol/findWeights';
import { requests } from '#protocol/messages';
import type { Command, CommandContext } from './command.ts';
import { hiddenGlobs, noWeightsText, weightChoices, weightsTitle } from './weightChoices.ts';

/** Lists the files of the workspace that set loss weights, and opens the one that is picked. */
export const findWeights: Command = {
  id: 'counterweight.findWeights',
  async run(context) {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      ({ uri }) => uri.scheme === 'file',
    );
    if (folders.length === 0) {
      context.notices.warn('No folder is open: open the one that holds the configs.');
      return;
    }
    const excludes = hiddenGlobs(vscode.workspace.getConfiguration('files').get('exclude'));
    const paths = folders.map(({ uri }) => uri.fsPath);
    const found = await search(context, { folders: paths, excludes });
    if (!found) return;
    const choices = weightChoices(found.configs, (path) => vscode.workspace.asRelativePath(path));
    const picked = await vscode.window.showQuickPick(choices, {
      title: weightsTitle(found),
      placeHolder: 'The file to open',
      matchOnDescription: true,
    });
    if (!picked) return;
    const place = new vscode.Range(picked.line, 0, picked.line, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(picked.path), { selection: place });
  },
};

async function search(
  { server, notices }: CommandContext,
  request: { readonly folders: readonly string[]; readonly excludes: readonly string[] },
): Promise<FoundWeights | undefined> {
  let isCancelled = false;
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'Counterweight: looking for loss weights',
      cancellable: true,
    },
    async (_progress, token) => {
      const found = await server.request(requests.findWeights, request, foundWeightsSchema, token);
      isCancelled = token.isCancellationRequested;
      return found;
    },
  );
  if (isCancelled) return undefined;
  if (!answer.ok) {
    notices.error(answer.problem);
    return undefined;
  }
  const { configs, files, problem } = answer.value;
  if (problem !== undefined) notices.error(problem);
  else if (configs.length === 0) notices.warn(noWeightsText(files));
  return configs.length === 0 ? undefined : answer.value;
}
