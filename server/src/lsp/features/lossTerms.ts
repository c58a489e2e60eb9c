import { configArgumentSchema } from '../../protocol/commands.ts';
import type { LossTermsAnswer } from '../../protocol/lossTerms.ts';
import { requests } from '../../protocol/messages.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { trainingTask } from '../../workspace/planExperiment.ts';
import { taskChoicesOf } from '../../workspace/taskChoices.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';

/** The terms of a config with their weights, for the pickers of the client. */
export const lossTermsFeature: Feature = {
  name: 'lossTerms',
  register({ connection, workspace: { session }, logger }) {
    connection.onRequest(
      requests.lossTerms,
      guardParsed<typeof configArgumentSchema, LossTermsAnswer>(
        logger,
        'loss terms',
        configArgumentSchema,
        { terms: [] },
        async ({ configUri }) => {
          // A long program that was just opened is still being read.
          await session.documentsTaken();
          const view = session.view(configUri);
          const file = view?.file;
          const terms = (file?.terms ?? []).map(({ name, weight, valueRange }) => ({
            name,
            line: file?.lines.positionAt(valueRange.start).line ?? 0,
            ...(weight === undefined ? {} : { weight }),
          }));
          return { terms, ...(view ? othersOf(view) : {}) };
        },
      ),
    );
  },
};

/** What can be varied beside the weights. */
function othersOf({ file, found }: ConfigView): Partial<LossTermsAnswer> {
  const choices = trainingTask(file, found) ? taskChoicesOf(file) : undefined;
  const { sets, metrics } = found?.project?.ablation ?? {};
  const named = Object.entries(sets ?? {});
  return {
    ...(choices ? { choices } : {}),
    ...(named.length > 0
      ? { sets: named.map(([name, members]) => ({ name, requests: members.length })) }
      : {}),
    ...(metrics ? { metrics } : {}),
  };
}
