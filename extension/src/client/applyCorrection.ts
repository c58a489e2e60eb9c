import * as vscode from 'vscode';

import { correctionAnswerSchema } from '#protocol/bindings';
import { requests } from '#protocol/messages';
import type { LanguageServer } from './languageServer.ts';
import type { Notices } from './notices.ts';
import { replaceText } from './replaceText.ts';

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
  const change = answer.ok ? answer.value : answer;
  if ('problem' in change) {
    notices.error(change.problem);
    return;
  }
  const { path, ...rest } = change;
  const uri = vscode.Uri.file(path);
  const open = vscode.workspace.textDocuments.find(
    (each) => each.uri.toString() === uri.toString(),
  );
  const hadEdits = open?.isDirty ?? false;
  if (!(await replaceText(notices, { uri, ...rest }))) return;
  const document = await vscode.workspace.openTextDocument(uri);
  // Other edits that are not saved yet are for the user to save.
  if (!hadEdits) await document.save();
  const viewColumn = vscode.ViewColumn.Beside;
  await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true });
  const name = vscode.workspace.asRelativePath(uri);
  notices.whisper(`Counterweight: written to ${name}; undo it there.`);
}
