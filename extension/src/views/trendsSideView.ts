import * as vscode from 'vscode';

import type { ActiveConfig } from '../client/activeConfig.ts';
import { fillWebview } from '../panels/fillWebview.ts';
import type { TrendsRelay } from '../panels/trendsRelay.ts';
import type { View } from './view.ts';

export const trendsSideView: View = {
  id: 'counterweight.trends',
  register: ({ extensionUri, trendsRelay, activeConfig }) =>
    vscode.window.registerWebviewViewProvider(
      'counterweight.trends',
      new TrendsSideView(extensionUri, trendsRelay, activeConfig),
    ),
};

const key = 'side bar';

/** The loss trends in the side bar: they follow the config in the active editor. */
class TrendsSideView implements vscode.WebviewViewProvider {
  readonly #extensionUri: vscode.Uri;
  readonly #relay: TrendsRelay;
  readonly #activeConfig: ActiveConfig;

  constructor(extensionUri: vscode.Uri, relay: TrendsRelay, activeConfig: ActiveConfig) {
    this.#extensionUri = extensionUri;
    this.#relay = relay;
    this.#activeConfig = activeConfig;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const attached = vscode.Disposable.from(
      this.#relay.attach({
        key,
        webview: view.webview,
        configUri: () => this.#activeConfig.uri,
      }),
      this.#activeConfig.onDidChange(() => this.#relay.refresh(key)),
      view.onDidChangeVisibility(() => {
        if (!view.visible) this.#relay.hide(key);
      }),
    );
    view.onDidDispose(() => attached.dispose());
    fillWebview(view.webview, this.#extensionUri, 'trends', 'Loss Trends', {});
  }
}
