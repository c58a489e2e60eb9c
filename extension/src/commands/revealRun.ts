import * as vscode from 'vscode';

import { revealRun as reveal } from '../client/revealRun.ts';
import { chooseId } from './chooseId.ts';
import type { Command } from './command.ts';

/** Shows the folder or file of a run. */
export const revealRun: Command = {
  id: 'counterweight.revealRun',
  async run(context, argument) {
    const id = await chooseId(context, argument, {
      title: 'Reveal Run',
      placeHolder: 'The run to show',
      list: ({ runs }) =>
        runs.map(({ id, name, path, state }) => ({
          label: name,
          description: state ?? 'watched',
          detail: path,
          id,
        })),
      tellNone: (notices) => notices.whisper('Counterweight: there is no run yet.'),
    });
    const run = context.mirror.runs.find((candidate) => candidate.id === id);
    if (run) await reveal(vscode.Uri.file(run.path));
  },
};
