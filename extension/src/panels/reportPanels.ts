import * as vscode from 'vscode';

import { idSchema, requests } from '#protocol/messages';
import { anythingSchema } from '../client/answer.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { applyVariant } from './applyVariant.ts';
import { exportReport } from './exportReport.ts';
import { fillWebview, iconOf } from './fillWebview.ts';
import { pickMetrics } from './pickMetrics.ts';
import { ReportPage } from './reportPage.ts';

/** Type of the editor tab; VS Code restores tabs of this type through us. */
export const reportPanelType = 'counterweight.report';

/** The reports of ablations in editor tabs, one an ablation. */
export class ReportPanels implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #server: LanguageServer;
  readonly #mirror: ServerMirror;
  readonly #notices: Notices;
  readonly #open = new Map<string, ReportPage>();
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
    this.#pageOf(id, how);
  }

  /** Writes the report of an ablation into a file that the user chooses. */
  async export(id: string): Promise<void> {
    await exportReport(this.#context, {
      id,
      configUri: this.#mirror.ablations.find((ablation) => ablation.id === id)?.configUri,
      // Only a page draws, and only while it is shown.
      picture: (format) => this.#pageOf(id, 'focus').picture(format),
    });
  }

  dispose(): void {
    this.#listening.dispose();
    for (const { panel } of [...this.#open.values()]) panel.dispose();
  }

  get #context(): { readonly server: LanguageServer; readonly notices: Notices } {
    return { server: this.#server, notices: this.#notices };
  }

  #pageOf(id: string, how: 'focus' | 'beside'): ReportPage {
    const existing = this.#open.get(id);
    if (existing) {
      existing.panel.reveal(undefined, how === 'beside');
      existing.refresh();
      return existing;
    }
    const panel = vscode.window.createWebviewPanel(
      reportPanelType,
      'Ablation',
      how === 'focus'
        ? vscode.ViewColumn.Active
        : { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true },
    );
    return this.#adopt(panel, id);
  }

  #adopt(panel: vscode.WebviewPanel, id: string): ReportPage {
    const title = this.#mirror.ablations.find((ablation) => ablation.id === id)?.title;
    panel.title = title ?? 'Ablation';
    panel.iconPath = iconOf(this.#extensionUri, 'report');
    const page: ReportPage = new ReportPage(panel, this.#server, id, (wish) => {
      switch (wish.type) {
        case 'cancel':
          return this.#attempt(this.#cancel(id));
        case 'export':
          return this.#attempt(this.export(id));
        case 'pickMetrics':
          return this.#attempt(this.#pickMetrics(page, id));
        case 'apply':
          return this.#attempt(this.#apply(page, id, wish.variant));
      }
    });
    this.#open.set(id, page);
    panel.onDidDispose(() => {
      if (this.#open.get(id) === page) this.#open.delete(id);
    });
    fillWebview(panel.webview, this.#extensionUri, 'report', panel.title, { id });
    return page;
  }

  #refreshAll(): void {
    for (const page of this.#open.values()) if (page.panel.visible) page.refresh();
  }

  #attempt(doing: Promise<void>): void {
    doing.catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : String(error);
      this.#notices.error(`The report could not do that: ${cause}`);
    });
  }

  async #pickMetrics(page: ReportPage, id: string): Promise<void> {
    if (page.report && (await pickMetrics(this.#context, id, page.report))) page.refresh();
  }

  async #apply({ report }: ReportPage, id: string, variant: string): Promise<void> {
    const label = report?.variants.find((each) => each.id === variant)?.label ?? variant;
    const configUri = this.#mirror.ablations.find((ablation) => ablation.id === id)?.configUri;
    if (configUri === undefined) {
      this.#notices.error('This ablation is not known any more; was its folder deleted?');
      return;
    }
    await applyVariant(this.#context, { id, variant, label, configUri });
  }

  async #cancel(id: string): Promise<void> {
    const answer = await this.#server.request(requests.cancel, { id }, anythingSchema);
    if (!answer.ok) this.#notices.error(`It could not be cancelled. ${answer.problem}`);
  }
}
