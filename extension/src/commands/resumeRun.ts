import { requests } from '#protocol/messages';
import type { ServerMirror } from '../client/serverMirror.ts';
import { chooseId } from './chooseId.ts';
import type { Command } from './command.ts';
import { mayRun } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Lets a training that ended early go on: the one given, the only one, or one that is picked. */
export const resumeRun: Command = {
  id: 'counterweight.resumeRun',
  async run(context, argument) {
    if (!mayRun(context)) return;
    const id = await chooseId(context, argument, {
      title: 'Resume Run',
      placeHolder: 'The training that goes on from its checkpoint, with the config as it was',
      list: listResumable,
      tellNone: (notices) =>
        notices.whisper(
          'Counterweight: no training can be resumed; only those that were cancelled, failed or crashed can.',
        ),
      takesOnly: true,
    });
    if (id === undefined) return;
    context.progress.expectResumed(id);
    await requestStart(context, requests.resumeRun, { id });
  },
};

function listResumable({ runs }: ServerMirror) {
  return runs.flatMap(({ id, name, state, steps, reason, resumableFrom }) => {
    if (resumableFrom === undefined) return [];
    const place = steps === undefined ? `step ${resumableFrom}` : `${resumableFrom}/${steps}`;
    return [
      { label: name, description: `${state} · resumes at ${place}`, detail: reason ?? '', id },
    ];
  });
}
