import * as vscode from 'vscode';

import type { LanguageServer } from '../client/languageServer.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { type StatusText, statusText } from './statusText.ts';

/** The item at the bottom: the live run, problems, and the way to the menu. */
export class StatusBar implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #mirror: ServerMirror;
  readonly #item: vscode.StatusBarItem;
  readonly #listening: vscode.Disposable;

  constructor(server: LanguageServer, mirror: ServerMirror) {
    this.#server = server;
    this.#mirror = mirror;
    this.#item = vscode.window.createStatusBarItem(
      'counterweight.status',
      vscode.StatusBarAlignment.Left,
      10,
    );
    this.#item.name = 'Counterweight';
    this.#item.command = 'counterweight.showMenu';
    this.#listening = vscode.Disposable.from(
      this.#item,
      mirror.onDidChangeRuns(() => this.#update()),
      mirror.onDidChangeAblations(() => this.#update()),
      server.onDidChangeState(() => this.#update()),
      vscode.languages.onDidChangeDiagnostics(() => this.#update()),
    );
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #update(): void {
    const status = statusText({
      serverDown: this.#server.down,
      runs: this.#mirror.runs,
      problems: countProblems(),
      queue: this.#mirror.queue,
    });
    if (status) this.#show(status);
    else this.#item.hide();
  }

  #show({ text, tooltip, severity }: StatusText): void {
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor =
      severity === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.accessibilityInformation = { label: `Counterweight: ${tooltip}` };
    this.#item.show();
  }
}

function countProblems(): number {
  return vscode.languages
    .getDiagnostics()
    .flatMap(([, diagnostics]) => diagnostics)
    .filter(
      ({ source, severity }) =>
        source === 'Counterweight' && severity <= vscode.DiagnosticSeverity.Warning,
    ).length;
}
