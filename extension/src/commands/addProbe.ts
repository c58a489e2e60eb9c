import { posix } from 'node:path';

import * as vscode from 'vscode';

import {
  type ProbeState,
  placedText,
  probeFileName,
  probeState,
  replaceQuestion,
  scriptProblem,
} from '../probe/probeFile.ts';
import type { Command, CommandContext } from './command.ts';

/**
 * Puts the PyTorch probe beside the script in front, over no file that differs unless the user says
 * so, and shows the lines that make the script use it.
 */
export const addProbe: Command = {
  id: 'counterweight.addProbe',
  async run(context) {
    const script = findScript(context);
    if (!script) return;
    const state = await placeProbe(context.extensionUri, script);
    if (state === undefined) return;
    const name = posix.basename(script.path);
    await context.probeGuide.show(name);
    context.notices.tell(placedText(name, state));
  },
};

function findScript({ notices }: CommandContext): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const problem = scriptProblem(
    document && {
      name: posix.basename(document.uri.path),
      isPython: document.languageId === 'python',
      isOnDisk: document.uri.scheme === 'file',
    },
  );
  if (problem === undefined) return document?.uri;
  notices.warn(problem, {
    label: 'Go to File…',
    run: () => vscode.commands.executeCommand('workbench.action.quickOpen'),
  });
  return undefined;
}

/** @returns what lay there before; undefined where the user wants it to stay */
async function placeProbe(
  extensionUri: vscode.Uri,
  script: vscode.Uri,
): Promise<ProbeState | undefined> {
  const carried = vscode.Uri.joinPath(extensionUri, 'python', probeFileName);
  const place = vscode.Uri.joinPath(script, '..', probeFileName);
  const contents = await vscode.workspace.fs.readFile(carried);
  const state = probeState(await readIfThere(place), contents);
  if (state === 'same') return state;
  if (state === 'different' && !(await mayReplace(script, place, carried))) return undefined;
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(place, { overwrite: state === 'different', contents });
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error(`${place.fsPath} could not be written`);
  }
  return state;
}

async function readIfThere(place: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(place);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

async function mayReplace(
  script: vscode.Uri,
  place: vscode.Uri,
  carried: vscode.Uri,
): Promise<boolean> {
  const { title, detail } = replaceQuestion(posix.basename(script.path));
  const choice = await vscode.window.showWarningMessage(
    title,
    { modal: true, detail },
    'Replace',
    'Compare',
  );
  if (choice === 'Compare') {
    const name = `${probeFileName}: yours ↔ Counterweight's`;
    await vscode.commands.executeCommand('vscode.diff', place, carried, name);
  }
  return choice === 'Replace';
}
