import * as vscode from 'vscode';

/** Shows the folder or file of a run: in the explorer, or, outside the workspace, in the system's. */
export async function revealRun(uri: vscode.Uri): Promise<void> {
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
}
