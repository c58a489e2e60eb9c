import * as vscode from 'vscode';

import type { Notices } from './notices.ts';

/** A place in a text, counted from 0, as the server tells it. */
interface Position {
  readonly line: number;
  readonly character: number;
}

/** A change of one file that the server has worked out. */
interface Replacement {
  readonly uri: vscode.Uri;
  readonly range: { readonly start: Position; readonly end: Position };
  readonly newText: string;
  /** Whether the file is to be made first. */
  readonly isNew?: boolean;
}

/**
 * Makes a change in the editor, where it can be undone and is not saved. False where the editor does not
 * take it, which the user is told.
 */
export async function replaceText(
  notices: Notices,
  { uri, range: { start, end }, newText, isNew = false }: Replacement,
): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  if (isNew) edit.createFile(uri, { ignoreIfExists: true });
  const place = new vscode.Range(start.line, start.character, end.line, end.character);
  edit.replace(uri, place, newText);
  const isDone = await vscode.workspace.applyEdit(edit);
  if (!isDone) {
    notices.error(`${vscode.workspace.asRelativePath(uri)} could not be changed by the editor.`);
  }
  return isDone;
}
