import * as vscode from 'vscode';

import { idSchema, requests } from '#protocol/messages';
import { awaitLists } from './awaitLists.ts';
import type { Command, CommandContext } from './command.ts';
import { mayRun } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Lets a training that ended early go on: the one given, the only one, or one that is picked. */
export const resumeRun: Command = {
  id: 'counterweight.resumeRun',
  async run(context, argument) {
    if (!mayRun(context)) return;
    const given = idSchema.safeParse(argument);
    const id = given.success ? given.data.id : await pickResumable(context);
    if (id === undefined) return;
    context.progress.expectResumed(id);
    await requestStart(context, requests.resumeRun, { id });
  },
};

async function pickResumable(context: CommandContext): Promise<string | undefined> {
  if (!(await awaitLists(context))) return undefined;
  const { mirror, notices } = context;
  const items = mirror.runs.flatMap(({ id, name, state, steps, reason, resumableFrom }) => {
    if (resumableFrom === undefined) return [];
    const place = steps === undefined ? `step ${resumableFrom}` : `${resumableFrom}/${steps}`;
    return [
      { label: name, description: `${state} · resumes at ${place}`, detail: reason ?? '', id },
    ];
  });
  if (items.length === 0) {
    notices.whisper(
      'Counterweight: no training can be resumed; only those that were cancelled, failed or crashed can.',
    );
    return undefined;
  }
  const [only, ...more] = items;
  if (more.length === 0) return only?.id;
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Resume Run',
    placeHolder: 'The training that goes on from its checkpoint, with the config as it was',
  });
  return picked?.id;
}
