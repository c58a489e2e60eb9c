import * as vscode from 'vscode';

import { idSchema } from '#protocol/messages';
import { revealRun as reveal } from '../client/revealRun.ts';
import { awaitLists } from './awaitLists.ts';
import type { Command, CommandContext } from './command.ts';

/** Shows the folder or file of a run. */
export const revealRun: Command = {
  id: 'counterweight.revealRun',
  async run(context, argument) {
    const given = idSchema.safeParse(argument);
    const id = given.success ? given.data.id : await pickRun(context);
    const run = context.mirror.runs.find((candidate) => candidate.id === id);
    if (run) await reveal(vscode.Uri.file(run.path));
  },
};

async function pickRun(context: CommandContext): Promise<string | undefined> {
  if (!(await awaitLists(context))) return undefined;
  const { mirror, notices } = context;
  if (mirror.runs.length === 0) {
    notices.whisper('Counterweight: there is no run yet.');
    return undefined;
  }
  const items = mirror.runs.map(({ id, name, path, state }) => ({
    label: name,
    description: state ?? 'watched',
    detail: path,
    id,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Reveal Run',
    placeHolder: 'The run to show',
  });
  return picked?.id;
}
