import * as vscode from 'vscode';

import { lossTermsAnswerSchema } from '#protocol/lossTerms';
import { requests } from '#protocol/messages';
import { mayBeConfig } from './configDocument.ts';
import type { LanguageServer } from './languageServer.ts';

/** Follows the editor: which config with loss weights did the user look at last? */
export class ActiveConfig implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #listening: vscode.Disposable;
  #uri: string | undefined;

  /** Fires with the URI of a config when another one has come to the front. */
  readonly onDidChange = this.#changed.event;

  constructor(server: LanguageServer) {
    this.#server = server;
    this.#listening = vscode.Disposable.from(
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#look(editor?.document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#lookAgain(document)),
      server.onDidStart(() => this.#look(vscode.window.activeTextEditor?.document)),
    );
  }

  /** The config with loss weights that was in front last; none until one has been. */
  get uri(): string | undefined {
    return this.#uri;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  /** A file may get its first loss weight while it is in front. */
  #lookAgain(document: vscode.TextDocument): void {
    if (document === vscode.window.activeTextEditor?.document) this.#look(document);
  }

  async #look(document: vscode.TextDocument | undefined): Promise<void> {
    const uri = document && configUriOf(document);
    if (uri === undefined || uri === this.#uri || !this.#server.running) return;
    const answer = await this.#server.request(
      requests.lossTerms,
      { configUri: uri },
      lossTermsAnswerSchema,
    );
    if (!answer.ok || answer.value.terms.length === 0) return;
    // The user may have gone on to another file while the server was answering.
    if (vscode.window.activeTextEditor?.document !== document || uri === this.#uri) return;
    this.#uri = uri;
    this.#changed.fire(uri);
  }
}

/** The URI of a document that may be a config, as messages carry it. */
export function configUriOf(document: vscode.TextDocument): string | undefined {
  const { scheme, path } = document.uri;
  const facts = { scheme, path, languageId: document.languageId };
  return mayBeConfig(facts) ? document.uri.toString() : undefined;
}
