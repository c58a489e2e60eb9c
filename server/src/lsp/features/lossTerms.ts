import { whyFixed } from '../../ablation/plan.ts';
import type { WeightAblationRequest } from '../../model/ablationRequest.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { configArgumentSchema } from '../../protocol/commands.ts';
import type { LossTermsAnswer } from '../../protocol/lossTerms.ts';
import { requests } from '../../protocol/messages.ts';
import type { ConfigFile } from '../../workspace/configFile.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { trainingTask } from '../../workspace/planExperiment.ts';
import { canAblate } from '../../workspace/settlingAblations.ts';
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
          if (!view) return { terms: [] };
          const { file } = view;
          return { terms: file.terms.map((term) => describeTerm(file, term)), ...othersOf(view) };
        },
      ),
    );
  },
};

function describeTerm(file: ConfigFile, term: LossTerm): LossTermsAnswer['terms'][number] {
  const { name, weight, valueRange } = term;
  const problem = whyFixed(term);
  // Any other number is a weight to set: here only whether there is one to replace is asked.
  const other = (weight ?? 0) + 1;
  const requests: readonly WeightAblationRequest[] = [
    { kind: 'without', term: name },
    { kind: 'only', term: name },
    { kind: 'scale', term: name, value: 2 },
    { kind: 'set', term: name, value: other },
  ];
  const possible = problem === undefined ? requests.filter((each) => canAblate(file, each)) : [];
  return {
    name,
    line: file.lines.positionAt(valueRange.start).line,
    kinds: possible.map(({ kind }) => kind),
    ...(weight === undefined ? {} : { weight }),
    ...(problem === undefined ? {} : { problem }),
  };
}

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
