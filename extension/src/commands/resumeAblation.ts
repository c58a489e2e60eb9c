import * as vscode from 'vscode';

import { idSchema, requests } from '#protocol/messages';
import { awaitLists } from './awaitLists.ts';
import type { Command, CommandContext } from './command.ts';
import { mayRun } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Runs what has not finished of an ablation: the one given, the only one, or one that is picked. */
export const resumeAblation: Command = {
  id: 'counterweight.resumeAblation',
  async run(context, argument) {
    if (!mayRun(context)) return;
    const given = idSchema.safeParse(argument);
    const id = given.success ? given.data.id : await pickUnfinished(context);
    if (id === undefined) return;
    const started = await requestStart(context, requests.resumeAblation, { id });
    if (started !== undefined) await context.progress.expectResumedAblation(started);
  },
};

async function pickUnfinished(context: CommandContext): Promise<string | undefined> {
  if (!(await awaitLists(context))) return undefined;
  const { mirror, notices } = context;
  const items = mirror.ablations.flatMap(({ id, title, state, runs, canGoOn }) => {
    if (!canGoOn) return [];
    const left = runs.filter((run) => run.state !== 'finished').length;
    return [{ label: title, description: `${state} · ${left} of ${runs.length} runs left`, id }];
  });
  if (items.length === 0) {
    notices.whisper('Counterweight: every ablation has finished, or is going on.');
    return undefined;
  }
  const [only, ...more] = items;
  if (more.length === 0) return only?.id;
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Run What Has Not Finished',
    placeHolder: 'The ablation that goes on; what has finished of it stays as it is',
  });
  return picked?.id;
}
