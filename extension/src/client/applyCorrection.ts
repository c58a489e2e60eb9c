import * as vscode from 'vscode';

import { correctionAnswerSchema } from '#protocol/bindings';
import { requests } from '#protocol/messages';
import type { LanguageServer } from './languageServer.ts';
import type { Notices } from './notices.ts';

/** What a person says of a config, as the server takes it. */
export type Correction =
  | { readonly kind: 'metric'; readonly term: string; readonly metric: string }
  | { readonly kind: 'logs'; readonly path: string };

/** Writes what the user has said into `counterweight.yaml`, as an edit that can be undone, and shows it. */
export async function applyCorrection(
  { server, notices }: { readonly server: LanguageServer; readonly notices: Notices },
  configUri: string,
  correction: Correction,
): Promise<void> {
  const payload = { configUri, correction };
  const answer = await server.request(requests.correctBinding, payload, correctionAnswerSchema);
  if (!answer.ok) {
    notices.error(answer.problem);
    return;
  }
  if ('problem' in answer.value) {
    notices.error(answer.value.problem);
    return;
  }
  const { path, isNew, range, newText } = answer.value;
  const uri = vscode.Uri.file(path);
  const open = vscode.workspace.textDocuments.find(
    (each) => each.uri.toString() === uri.toString(),
  );
  const hadEdits = open?.isDirty ?? false;
  const edit = new vscode.WorkspaceEdit();
  if (isNew) edit.createFile(uri, { ignoreIfExists: true });
  const { start, end } = range;
  const place = new vscode.Range(start.line, start.character, end.line, end.character);
  edit.replace(uri, place, newText);
  if (!(await vscode.workspace.applyEdit(edit))) {
    notices.error(`${vscode.workspace.asRelativePath(uri)} could not be changed by the editor.`);
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  // Other edits that are not saved yet are for the user to save.
  if (!hadEdits) await document.save();
  const viewColumn = vscode.ViewColumn.Beside;
  await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true });
  const name = vscode.workspace.asRelativePath(uri);
  notices.whisper(`Counterweight: written to ${name}; undo it there.`);
}
