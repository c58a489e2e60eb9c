import { requests } from '#protocol/messages';
import { anythingSchema } from '../client/answer.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { isFinal } from '../progress/progressText.ts';
import { chooseId } from './chooseId.ts';
import type { Command } from './command.ts';

/** Cancels a run or an experiment: the one given, the only live one, or one that is picked. */
export const cancelRun: Command = {
  id: 'counterweight.cancelRun',
  async run(context, argument) {
    const id = await chooseId(context, argument, {
      title: 'Cancel Run',
      placeHolder: 'The run or ablation to cancel',
      list: listLive,
      tellNone: (notices) => notices.whisper('Counterweight: nothing is running.'),
      takesOnly: true,
    });
    if (id === undefined) return;
    const answer = await context.server.request(requests.cancel, { id }, anythingSchema);
    if (!answer.ok) context.notices.error(`It could not be cancelled. ${answer.problem}`);
  },
};

function listLive({ ablations, runs }: ServerMirror) {
  return [
    ...ablations
      .filter(({ state, elsewhere }) => !isFinal(state) && !elsewhere)
      .map(({ id, title, state }) => ({ label: title, description: state, id })),
    ...runs
      .filter(({ state, ablation }) => state && !isFinal(state) && ablation === undefined)
      .map(({ id, name, state }) => ({ label: name, description: state ?? '', id })),
  ];
}
