import * as vscode from 'vscode';

import { freeTaskName, taskFiles, taskNameProblem } from '../taskTemplate/taskFiles.ts';
import type { Command, CommandContext } from './command.ts';

/** Writes a training task that trains as it stands, with its types and a config, and opens both. */
export const newTask: Command = {
  id: 'counterweight.newTask',
  async run({ notices }) {
    const folder = await findFolder(notices);
    if (!folder) return;
    const existing = await namesIn(folder);
    const name = await vscode.window.showInputBox({
      title: 'New Training Task',
      prompt: `Name of the module in ${vscode.workspace.asRelativePath(folder)}`,
      value: freeTaskName(existing),
      valueSelection: [0, freeTaskName(existing).length - '.ts'.length],
      validateInput: (value) => taskNameProblem(value.trim(), existing),
    });
    if (name === undefined) return;
    await writeTask(folder, name.trim());
  },
};

/** The folder of the file in front, where that lies in the workspace; else the workspace folder. */
async function findFolder(notices: CommandContext['notices']): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file' && vscode.workspace.getWorkspaceFolder(active)) {
    return vscode.Uri.joinPath(active, '..');
  }
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  if (folders[0]) return folders[0].uri;
  notices.warn(
    'No folder is open: a task is written into one. Open it and run the command again.',
    {
      label: 'Open Folder…',
      run: () => vscode.commands.executeCommand('vscode.openFolder'),
    },
  );
  return undefined;
}

async function namesIn(folder: vscode.Uri): Promise<readonly string[]> {
  return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
}

/** All files or none: where one has come to be meanwhile, nothing is written. */
async function writeTask(folder: vscode.Uri, name: string): Promise<void> {
  const files = taskFiles(name, await namesIn(folder));
  const edit = new vscode.WorkspaceEdit();
  for (const { name: file, text } of files) {
    const contents = new TextEncoder().encode(text);
    edit.createFile(vscode.Uri.joinPath(folder, file), { overwrite: false, contents });
  }
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(`${name} could not be written`);
  const [task, config] = files.filter(({ name: file }) => !file.endsWith('.d.ts'));
  for (const [index, file] of [task, config].entries()) {
    if (!file) continue;
    const viewColumn = index === 0 ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, file.name), {
      viewColumn,
      preview: false,
    });
  }
}
