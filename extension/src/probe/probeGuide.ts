import { posix } from 'node:path';

import * as vscode from 'vscode';

import { guideText } from './probeLines.ts';

const scheme = 'counterweight-probe';
const titleStart = 'Probe lines for ';

/** The lines to add to a script, beside it: a Python text to copy from, which asks for no saving. */
export class ProbeGuide implements vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ path }) =>
        guideText(posix.basename(path).slice(titleStart.length)),
    });
  }

  /** @param script name of the script, such as `train.py`; its ending makes the text Python */
  async show(script: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${titleStart}${script}` });
    await vscode.window.showTextDocument(uri, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
