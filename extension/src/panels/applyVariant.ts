import * as vscode from 'vscode';

import { requests } from '#protocol/messages';
import { applyVariantAnswerSchema } from '#protocol/reports';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import { replaceText } from '../client/replaceText.ts';

/** A variant of an experiment, and the config that shall become it. */
interface Wanted {
  readonly id: string;
  readonly variant: string;
  readonly label: string;
  readonly configUri: string;
}

/** Makes the config in the editor that of a variant: shown, undoable, and not saved. */
export async function applyVariant(
  { server, notices }: { readonly server: LanguageServer; readonly notices: Notices },
  { id, variant, label, configUri }: Wanted,
): Promise<void> {
  const uri = vscode.Uri.parse(configUri);
  const name = vscode.workspace.asRelativePath(uri);
  const document = await openConfig(uri);
  if (!document) {
    notices.error(`${name} cannot be opened; was it moved? The report shows what to change.`);
    return;
  }
  const payload = { id, variant };
  const answer = await server.request(requests.applyVariant, payload, applyVariantAnswerSchema);
  if (!answer.ok) {
    notices.error(answer.problem);
    return;
  }
  if ('problem' in answer.value) {
    notices.warn(answer.value.problem);
    return;
  }
  const { before, range, newText } = answer.value;
  if (document.getText() !== before) {
    notices.warn(`${name} was changed just now, so nothing was applied: try again.`);
    return;
  }
  if (!(await replaceText(notices, { uri, range, newText }))) return;
  const { line, character } = range.start;
  await show(document, new vscode.Position(line, character), newText.length);
  notices.tell(`${name} is now as "${label}" has it. It is not saved yet; Undo takes it back.`);
}

/** In the group that has it already, so that there are no two of it. */
async function show(
  document: vscode.TextDocument,
  start: vscode.Position,
  length: number,
): Promise<void> {
  const uri = document.uri.toString();
  const group = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri),
  );
  const end = document.positionAt(document.offsetAt(start) + length);
  await vscode.window.showTextDocument(document, {
    viewColumn: group?.viewColumn ?? vscode.ViewColumn.Beside,
    selection: new vscode.Range(start, end),
  });
}

async function openConfig(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}
