import * as vscode from 'vscode';

import { idSchema, requests } from '#protocol/messages';
import { anythingSchema } from '../client/answer.ts';
import { isFinal } from '../progress/progressText.ts';
import { awaitLists } from './awaitLists.ts';
import type { Command, CommandContext } from './command.ts';

/** Cancels a run or an experiment: the one given, the only live one, or one that is picked. */
export const cancelRun: Command = {
  id: 'counterweight.cancelRun',
  async run(context, argument) {
    const given = idSchema.safeParse(argument);
    const id = given.success ? given.data.id : await pickLive(context);
    if (id === undefined) return;
    const answer = await context.server.request(requests.cancel, { id }, anythingSchema);
    if (!answer.ok) context.notices.error(`It could not be cancelled. ${answer.problem}`);
  },
};

async function pickLive(context: CommandContext): Promise<string | undefined> {
  if (!(await awaitLists(context))) return undefined;
  const { mirror, notices } = context;
  const ablations = mirror.ablations
    .filter(({ state, elsewhere }) => !isFinal(state) && !elsewhere)
    .map(({ id, title, state }) => ({ label: title, description: state, id }));
  const runs = mirror.runs
    .filter(({ state, ablation }) => state && !isFinal(state) && ablation === undefined)
    .map(({ id, name, state }) => ({ label: name, description: state ?? '', id }));
  const live = [...ablations, ...runs];
  if (live.length === 0) {
    notices.whisper('Counterweight: nothing is running.');
    return undefined;
  }
  const [only, ...more] = live;
  if (more.length === 0) return only?.id;
  const picked = await vscode.window.showQuickPick(live, {
    title: 'Cancel Run',
    placeHolder: 'The run or ablation to cancel',
  });
  return picked?.id;
}
