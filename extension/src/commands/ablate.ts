import * as vscode from 'vscode';

import type { StartAblation } from '#protocol/ablation';
import { type AblateArgument, ablateArgumentSchema, clientCommands } from '#protocol/commands';
import { lossTermsAnswerSchema } from '#protocol/lossTerms';
import { requests } from '#protocol/messages';
import { kindChoices, numberProblem, termChoices } from './ablationChoices.ts';
import type { Command, CommandContext } from './command.ts';
import { findConfig, mayRun, saveConfig } from './preconditions.ts';
import { requestStart } from './requestStart.ts';

type Request = Exclude<StartAblation['request'], { kind: 'ready' }>;

/** Runs the baseline and one variant side by side; what the argument leaves open is asked for. */
export const ablate: Command = {
  id: clientCommands.ablate,
  async run(context, argument) {
    if (!mayRun(context)) return;
    const configUri = await findConfig(context, argument);
    if (configUri === undefined) return;
    const parsed = ablateArgumentSchema.safeParse(argument);
    const given = parsed.success ? parsed.data : { configUri };
    const request = completeRequest(given) ?? (await askRequest(context, given));
    if (request === undefined) return;
    await saveConfig(configUri);
    const id = await requestStart(context, requests.startAblation, { configUri, request });
    if (id !== undefined) context.progress.expectAblation(id, titleOf(request));
  },
};

/** The request, where nothing is left to ask. */
function completeRequest({ kind, term, value }: AblateArgument): Request | undefined {
  if (kind === undefined || term === undefined) return undefined;
  if (kind === 'without' || kind === 'only') return { kind, term };
  return value === undefined ? undefined : { kind, term, value };
}

async function askRequest(
  context: CommandContext,
  given: AblateArgument,
): Promise<Request | undefined> {
  const { configUri } = given;
  const answer = await context.server.request(
    requests.lossTerms,
    { configUri },
    lossTermsAnswerSchema,
  );
  if (!answer.ok) {
    context.notices.error(answer.problem);
    return undefined;
  }
  const choices = termChoices(answer.value.terms);
  if (choices.length === 0) {
    const name = vscode.workspace.asRelativePath(vscode.Uri.parse(configUri));
    context.notices.warn(`No loss weight is found in ${name}: open the file that sets them.`);
    return undefined;
  }
  const term =
    choices.find((choice) => choice.term === given.term) ??
    (await vscode.window.showQuickPick(choices, {
      title: 'Run Ablation (1 of 2)',
      placeHolder: 'The loss term to vary',
    }));
  if (term === undefined) return undefined;
  return (
    completeRequest({ ...given, term: term.term }) ?? askKind(term.term, term.weight, given.kind)
  );
}

async function askKind(
  term: string,
  weight: number | undefined,
  kind: AblateArgument['kind'],
): Promise<Request | undefined> {
  const choices = kindChoices(term, weight);
  const choice =
    kind === undefined
      ? await vscode.window.showQuickPick(choices, {
          title: 'Run Ablation (2 of 2)',
          placeHolder: 'The variant to compare with the baseline',
          matchOnDescription: true,
        })
      : choices.find((candidate) => candidate.ablation === kind && candidate.ask !== undefined);
  if (choice === undefined) return undefined;
  if (choice.ask === undefined) {
    return choice.value === undefined
      ? { kind: choice.ablation, term }
      : { kind: choice.ablation, term, value: choice.value };
  }
  const text = await vscode.window.showInputBox({
    title: 'Run Ablation',
    prompt: choice.ask,
    value: weight === undefined ? '' : choice.ablation === 'set' ? String(weight) : '2',
    validateInput: numberProblem,
  });
  return text === undefined ? undefined : { kind: choice.ablation, term, value: Number(text) };
}

/** Stands in the notification until the server tells the title of the experiment. */
function titleOf({ kind, term, value }: Request): string {
  switch (kind) {
    case 'without':
      return `Ablation: without ${term}`;
    case 'only':
      return `Ablation: only ${term}`;
    case 'scale':
      return `Ablation: ${term} × ${value}`;
    case 'set':
      return `Ablation: ${term} = ${value}`;
  }
}
