import * as vscode from 'vscode';

import { requests } from '#protocol/messages';
import { type PictureFormat, pictureFormatSchema } from '#protocol/panels/report';
import { type DocumentFormat, exportReportAnswerSchema } from '#protocol/reports';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';

interface FormatChoice {
  readonly label: string;
  readonly description: string;
  readonly format: DocumentFormat | PictureFormat;
  readonly ending: string;
}

const choices: readonly FormatChoice[] = [
  choice('Markdown', 'All of it in words and tables, for a lab book or an issue', 'markdown', 'md'),
  choice('CSV', 'A line for each metric, variant and seed', 'csv', 'csv'),
  choice('JSON', 'All of it with its curves, for programs', 'json', 'json'),
  choice('SVG', 'The plots, to be scaled', 'svg', 'svg'),
  choice('PNG', 'The plots, to be pasted', 'png', 'png'),
];

function choice(
  label: string,
  description: string,
  format: FormatChoice['format'],
  ending: string,
): FormatChoice {
  return { label, description, format, ending };
}

/** What it takes to write a report. */
interface ExportContext {
  readonly server: LanguageServer;
  readonly notices: Notices;
}

/** A report that is to be written. */
interface Exported {
  readonly id: string;
  /** Beside which the file is offered to be put; undefined where it is not known. */
  readonly configUri: string | undefined;
  readonly picture: (format: PictureFormat) => Promise<string | undefined>;
}

/** Asks for a form and a place, and writes the report; before a file is replaced, VS Code asks. */
export async function exportReport(context: ExportContext, exported: Exported): Promise<void> {
  const picked = await vscode.window.showQuickPick(choices, {
    title: 'Export Ablation Report',
    placeHolder: 'The form of the file',
  });
  if (!picked) return;
  const content = await contentOf(context, exported, picked.format);
  if (!content) return;
  const target = await vscode.window.showSaveDialog({
    title: 'Export Ablation Report',
    filters: { [picked.label]: [picked.ending] },
    ...placeOf(exported, `${exported.id}.${picked.ending}`),
  });
  if (!target) return;
  const name = vscode.workspace.asRelativePath(target);
  try {
    await vscode.workspace.fs.writeFile(target, content);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.notices.error(`${name} could not be written: ${why}`);
    return;
  }
  context.notices.tell(`The report is in ${name}.`, {
    label: 'Open',
    run: () => vscode.commands.executeCommand('vscode.open', target),
  });
}

function placeOf({ configUri }: Exported, name: string): { readonly defaultUri?: vscode.Uri } {
  const config = configUri === undefined ? undefined : vscode.Uri.parse(configUri);
  const folder =
    (config && vscode.workspace.getWorkspaceFolder(config)) ??
    vscode.workspace.workspaceFolders?.[0];
  return folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, name) } : {};
}

async function contentOf(
  context: ExportContext,
  { id, picture }: Exported,
  format: FormatChoice['format'],
): Promise<Uint8Array | undefined> {
  const asPicture = pictureFormatSchema.safeParse(format);
  if (!asPicture.success) return documentOf(context, id, format);
  const data = await picture(asPicture.data);
  if (data !== undefined) {
    return Buffer.from(data, asPicture.data === 'png' ? 'base64' : 'utf8');
  }
  context.notices.warn('The plots could not be drawn: is there a report yet?');
  return undefined;
}

async function documentOf(
  { server, notices }: ExportContext,
  id: string,
  format: FormatChoice['format'],
): Promise<Uint8Array | undefined> {
  const payload = { id, format };
  const answer = await server.request(requests.exportReport, payload, exportReportAnswerSchema);
  const document = answer.ok ? answer.value : answer;
  if ('text' in document) return Buffer.from(document.text, 'utf8');
  notices.error(document.problem);
  return undefined;
}
