import * as vscode from 'vscode';

import { ablationReportAnswerSchema } from '#protocol/ablation';
import { idSchema, requests } from '#protocol/messages';
import { type ReportRequest, reportRequestSchema } from '#protocol/panels/report';
import { toWire } from '#protocol/wire';
import { anythingSchema, parseArrival } from '../client/answer.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { fillWebview, iconOf } from './fillWebview.ts';

/** Type of the editor tab; VS Code restores tabs of this type through us. */
export const reportPanelType = 'counterweight.report';

interface OpenReport {
  readonly panel: vscode.WebviewPanel;
  /** Asks the server for the report and shows it. */
  readonly refresh: () => void;
}

/** The reports of ablations in editor tabs, one an ablation. */
export class ReportPanels implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #server: LanguageServer;
  readonly #mirror: ServerMirror;
  readonly #notices: Notices;
  readonly #open = new Map<string, OpenReport>();
  readonly #listening: vscode.Disposable;

  constructor(
    extensionUri: vscode.Uri,
    server: LanguageServer,
    mirror: ServerMirror,
    notices: Notices,
  ) {
    this.#extensionUri = extensionUri;
    this.#server = server;
    this.#mirror = mirror;
    this.#notices = notices;
    this.#listening = vscode.Disposable.from(
      mirror.onDidChangeAblations(() => this.#refreshAll()),
      vscode.window.registerWebviewPanelSerializer(reportPanelType, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          const parsed = idSchema.safeParse(state);
          if (parsed.success) this.#adopt(panel, parsed.data.id);
          else panel.dispose();
        },
      }),
    );
  }

  /**
   * Opens the report of an ablation, or shows the tab that has it already. `beside` leaves the
   * focus where it is: an ablation may end while somebody types.
   */
  open(id: string, how: 'focus' | 'beside' = 'focus'): void {
    const existing = this.#open.get(id);
    if (existing) {
      existing.panel.reveal(undefined, how === 'beside');
      existing.refresh();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      reportPanelType,
      'Ablation',
      how === 'focus'
        ? vscode.ViewColumn.Active
        : { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true },
    );
    this.#adopt(panel, id);
  }

  dispose(): void {
    this.#listening.dispose();
    for (const { panel } of [...this.#open.values()]) panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, id: string): void {
    const title = this.#mirror.ablations.find((ablation) => ablation.id === id)?.title;
    panel.title = title ?? 'Ablation';
    panel.iconPath = iconOf(this.#extensionUri, 'report');
    this.#open.set(id, { panel, refresh: () => this.#send(panel, id) });
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const request = parseArrival('a message of the report panel', reportRequestSchema, message);
      if (request.ok) this.#serve(panel, id, request.value);
    });
    panel.onDidDispose(() => {
      if (this.#open.get(id)?.panel === panel) this.#open.delete(id);
    });
    fillWebview(panel.webview, this.#extensionUri, 'report', panel.title, { id });
  }

  #refreshAll(): void {
    for (const { panel, refresh } of this.#open.values()) if (panel.visible) refresh();
  }

  #serve(panel: vscode.WebviewPanel, id: string, request: ReportRequest): void {
    switch (request.type) {
      case 'ready':
        this.#send(panel, id);
        break;
      case 'cancel':
        this.#cancel(id);
        break;
      case 'export':
        openMarkdown(request.markdown);
        break;
    }
  }

  async #send(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const answer = await this.#server.request(
      requests.ablationReport,
      { id },
      ablationReportAnswerSchema,
    );
    if (this.#open.get(id)?.panel !== panel) return;
    // A server that is still starting tells of its ablations when it is up; then we ask again.
    if (!answer.ok || !answer.value.report) return;
    panel.title = answer.value.report.title;
    await panel.webview.postMessage(toWire({ type: 'report', report: answer.value.report }));
  }

  async #cancel(id: string): Promise<void> {
    const answer = await this.#server.request(requests.cancel, { id }, anythingSchema);
    if (!answer.ok) this.#notices.error(`It could not be cancelled. ${answer.problem}`);
  }
}

async function openMarkdown(content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document);
}
