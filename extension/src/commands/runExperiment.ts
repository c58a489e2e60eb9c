import * as vscode from 'vscode';

import { clientCommands, experimentArgumentSchema } from '#protocol/commands';
import { requests } from '#protocol/messages';
import { type ReadyExperiment, readyExperimentsAnswerSchema } from '#protocol/readyExperiments';
import { agreePlan } from './agreePlan.ts';
import type { Command, CommandContext } from './command.ts';
import { experimentChoices } from './experimentChoices.ts';
import { findConfig, mayRun, saveConfig } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

/** Runs an experiment that the config's task has ready; without a name in the argument one is picked. */
export const runExperiment: Command = {
  id: clientCommands.runExperiment,
  async run(context, argument) {
    if (!mayRun(context)) return;
    const configUri = await findConfig(context, argument);
    if (configUri === undefined) return;
    await saveConfig(configUri);
    const parsed = experimentArgumentSchema.safeParse(argument);
    const name = parsed.success ? parsed.data.name : undefined;
    const experiment = await chooseExperiment(context, configUri, name);
    if (!experiment) return;
    if (experiment.problem !== undefined) {
      context.notices.error(experiment.problem);
      return;
    }
    const asked = { configUri, request: { kind: 'ready' as const, name: experiment.name } };
    const agreed = await agreePlan(context, asked);
    if (agreed === undefined) return;
    const id = await requestStart(context, requests.startAblation, { ...asked, ...agreed });
    if (id !== undefined) context.progress.expectAblation(id, `Ablation: ${experiment.title}`);
  },
};

async function chooseExperiment(
  { server, notices }: CommandContext,
  configUri: string,
  name: string | undefined,
): Promise<ReadyExperiment | undefined> {
  const answer = await server.request(
    requests.readyExperiments,
    { configUri },
    readyExperimentsAnswerSchema,
  );
  if (!answer.ok) {
    notices.error(answer.problem);
    return undefined;
  }
  const { experiments } = answer.value;
  const file = vscode.workspace.asRelativePath(vscode.Uri.parse(configUri));
  if (experiments.length === 0) {
    notices.warn(
      `There is no ready-made experiment for ${file}: a config has some where it names a built-in task, as task: flow-edit does.`,
    );
    return undefined;
  }
  const given = experiments.find((experiment) => experiment.name === name);
  if (given) return given;
  const picked = await vscode.window.showQuickPick(experimentChoices(experiments), {
    title: `Experiments with ${file}`,
    placeHolder: 'The config as it is, against variants of it, with the same seeds',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.experiment;
}
