import * as vscode from 'vscode';

import { configArgumentSchema } from '#protocol/commands';
import { fillWebview, iconOf } from './fillWebview.ts';
import type { TrendsRelay } from './trendsRelay.ts';

/** Type of the editor tab; VS Code restores tabs of this type through us. */
export const trendsPanelType = 'counterweight.trends';

/** The loss trends in editor tabs, one a config. */
export class TrendsPanels implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #relay: TrendsRelay;
  readonly #panels = new Map<string, vscode.WebviewPanel>();
  readonly #serializer: vscode.Disposable;
  #count = 0;

  constructor(extensionUri: vscode.Uri, relay: TrendsRelay) {
    this.#extensionUri = extensionUri;
    this.#relay = relay;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(trendsPanelType, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const parsed = configArgumentSchema.safeParse(state);
        // A tab from which nothing can be restored is better gone than blank.
        if (parsed.success) this.#adopt(panel, parsed.data.configUri);
        else panel.dispose();
      },
    });
  }

  /** Opens the trends of a config beside it, or shows the tab that has them already. */
  open(configUri: string): void {
    const existing = this.#panels.get(configUri);
    if (existing) {
      existing.reveal(undefined, true);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      trendsPanelType,
      titleOf(configUri),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true },
    );
    this.#adopt(panel, configUri);
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, configUri: string): void {
    this.#panels.get(configUri)?.dispose();
    this.#panels.set(configUri, panel);
    panel.iconPath = iconOf(this.#extensionUri, 'trends');
    this.#count += 1;
    const key = `tab ${this.#count}`;
    const attached = this.#relay.attach({
      key,
      webview: panel.webview,
      configUri: () => configUri,
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#relay.hide(key);
    });
    panel.onDidDispose(() => {
      attached.dispose();
      if (this.#panels.get(configUri) === panel) this.#panels.delete(configUri);
    });
    fillWebview(panel.webview, this.#extensionUri, 'trends', titleOf(configUri), {
      'config-uri': configUri,
    });
  }
}

function titleOf(configUri: string): string {
  const path = vscode.workspace.asRelativePath(vscode.Uri.parse(configUri));
  return `Trends: ${path.split('/').at(-1) ?? path}`;
}
