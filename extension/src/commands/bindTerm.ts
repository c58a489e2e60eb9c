import * as vscode from 'vscode';

import { termMetricsAnswerSchema } from '#protocol/bindings';
import { bindTermArgumentSchema, clientCommands } from '#protocol/commands';
import { lossTermsAnswerSchema } from '#protocol/lossTerms';
import { requests } from '#protocol/messages';
import { applyCorrection } from '../client/applyCorrection.ts';
import { metricChoices } from './bindingChoices.ts';
import type { Command, CommandContext } from './command.ts';
import { findConfig } from './preconditions.ts';

/** Says which metric of a run logs a loss, and writes it into `counterweight.yaml`. */
export const bindTerm: Command = {
  id: clientCommands.bindTerm,
  async run(context, argument) {
    const configUri = await findConfig(context, argument);
    if (configUri === undefined) return;
    const given = bindTermArgumentSchema.safeParse(argument);
    const named = given.success ? given.data.term : undefined;
    const term = named ?? (await pickTerm(context, configUri));
    if (term === undefined) return;
    const metric = await pickMetric(context, configUri, term);
    if (metric === undefined) return;
    await applyCorrection(context, configUri, { kind: 'metric', term, metric });
  },
};

async function pickTerm(
  { server, notices }: CommandContext,
  configUri: string,
): Promise<string | undefined> {
  const answer = await server.request(requests.lossTerms, { configUri }, lossTermsAnswerSchema);
  if (!answer.ok) {
    notices.error(answer.problem);
    return undefined;
  }
  const names = answer.value.terms.map(({ name }) => name);
  if (names.length === 0) {
    notices.warn('No loss weight is found in this file: open the one that sets them.');
    return undefined;
  }
  return await vscode.window.showQuickPick(names, {
    title: 'This Loss Is Logged as…',
    placeHolder: 'The loss',
  });
}

async function pickMetric(
  { server, notices }: CommandContext,
  configUri: string,
  term: string,
): Promise<string | undefined> {
  const payload = { configUri, term };
  const answer = await server.request(requests.termMetrics, payload, termMetricsAnswerSchema);
  if (!answer.ok) {
    notices.error(answer.problem);
    return undefined;
  }
  const { run, metrics } = answer.value;
  if (metrics.length === 0) {
    notices.warn('No run of this config has logged anything yet.', {
      label: 'Runs Are in…',
      run: () => vscode.commands.executeCommand(clientCommands.bindRuns, { configUri }),
    });
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(metricChoices(metrics), {
    title: `The loss ${term} is logged as…`,
    placeHolder: `A metric of ${run ?? 'the run'}, the likeliest first`,
  });
  return picked?.label;
}
