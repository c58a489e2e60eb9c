import { requests } from '#protocol/messages';
import type { ServerMirror } from '../client/serverMirror.ts';
import { chooseId } from './chooseId.ts';
import type { Command } from './command.ts';
import { mayRun } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Runs what has not finished of an ablation: the one given, the only one, or one that is picked. */
export const resumeAblation: Command = {
  id: 'counterweight.resumeAblation',
  async run(context, argument) {
    if (!mayRun(context)) return;
    const id = await chooseId(context, argument, {
      title: 'Run What Has Not Finished',
      placeHolder: 'The ablation that goes on; what has finished of it stays as it is',
      list: listUnfinished,
      tellNone: (notices) =>
        notices.whisper('Counterweight: every ablation has finished, or is going on.'),
      takesOnly: true,
    });
    if (id === undefined) return;
    const started = await requestStart(context, requests.resumeAblation, { id });
    if (started !== undefined) await context.progress.expectResumedAblation(started);
  },
};

function listUnfinished({ ablations }: ServerMirror) {
  return ablations.flatMap(({ id, title, state, runs, canGoOn }) => {
    if (!canGoOn) return [];
    const left = runs.filter((run) => run.state !== 'finished').length;
    return [{ label: title, description: `${state} · ${left} of ${runs.length} runs left`, id }];
  });
}
