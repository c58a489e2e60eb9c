import * as vscode from 'vscode';

/** A thing that a message offers to do. */
export interface Offer {
  readonly label: string;
  readonly run: () => unknown;
}

/** The ways of telling the user something; each says what happened and what can be done. */
export class Notices {
  readonly #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  /** Something failed. "Show log" is always offered. */
  error(message: string, ...offers: readonly Offer[]): void {
    this.#log.error(message);
    const all = [...offers, { label: 'Show log', run: () => this.#log.show() }];
    offer(vscode.window.showErrorMessage(message, ...all.map(({ label }) => label)), all);
  }

  /** Something that was asked for cannot be done as things stand. */
  warn(message: string, ...offers: readonly Offer[]): void {
    offer(vscode.window.showWarningMessage(message, ...offers.map(({ label }) => label)), offers);
  }

  /** Something that was asked for is done, and there is more to say than fits at the bottom. */
  tell(message: string, ...offers: readonly Offer[]): void {
    offer(
      vscode.window.showInformationMessage(message, ...offers.map(({ label }) => label)),
      offers,
    );
  }

  /** A word at the bottom that goes away by itself. */
  whisper(message: string): void {
    vscode.window.setStatusBarMessage(message, 8000);
  }

  showLog(): void {
    this.#log.show();
  }
}

function offer(choice: Thenable<string | undefined>, offers: readonly Offer[]): void {
  choice.then((label) => offers.find((candidate) => candidate.label === label)?.run());
}
