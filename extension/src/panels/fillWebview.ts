import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import { renderWebviewPage } from './webviewPage.ts';

/** Loads the script and style of a panel (`trends`, `report`) into a web view. */
export function fillWebview(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  panel: string,
  title: string,
  data: Readonly<Record<string, string>>,
): void {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'media');
  const resource = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = renderWebviewPage({
    title,
    scriptUri: resource(`${panel}.js`),
    styleUri: resource(`${panel}.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    data,
  });
}

/** The icon of a panel's tab for both kinds of theme. */
export function iconOf(
  extensionUri: vscode.Uri,
  panel: string,
): { readonly light: vscode.Uri; readonly dark: vscode.Uri } {
  const icon = (theme: string): vscode.Uri =>
    vscode.Uri.joinPath(extensionUri, 'media', 'icons', `${panel}-${theme}.svg`);
  return { light: icon('light'), dark: icon('dark') };
}
