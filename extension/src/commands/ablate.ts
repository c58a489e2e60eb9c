import * as vscode from 'vscode';

import type { StartAblation } from '#protocol/ablation';
import { type AblateArgument, ablateArgumentSchema, clientCommands } from '#protocol/commands';
import { type LossTermsAnswer, lossTermsAnswerSchema } from '#protocol/lossTerms';
import { requests } from '#protocol/messages';
import { kindChoices, numberProblem, type TermChoice, termChoices } from './ablationChoices.ts';
import { agreePlan } from './agreePlan.ts';
import { askSeveral } from './askSeveral.ts';
import type { Command, CommandContext } from './command.ts';
import { findConfig, mayRun, saveConfig } from './preconditions.ts';
import { requestStart } from './requestStart.ts';
import { type SeveralRequest, severalChoices } from './variantChoices.ts';

type WeightRequest = Exclude<StartAblation['request'], SeveralRequest | { kind: 'ready' }>;
type Request = SeveralRequest | WeightRequest;

/** Runs the baseline and its variants side by side; what the argument leaves open is asked for. */
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
    const asked = { configUri, request };
    const agreed = await agreePlan(context, asked);
    if (agreed === undefined) return;
    const id = await requestStart(context, requests.startAblation, { ...asked, ...agreed });
    if (id !== undefined) context.progress.expectAblation(id, titleOf(request));
  },
};

/** The request, where nothing is left to ask. */
function completeRequest({ kind, term, value }: AblateArgument): WeightRequest | undefined {
  if (kind === undefined || term === undefined) return undefined;
  if (kind === 'without' || kind === 'only') return { kind, term };
  const isOfNumber = kind === 'scale' || kind === 'set';
  return value === undefined || !isOfNumber ? undefined : { kind, term, value };
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
  if (answer.value.terms.length === 0) {
    const name = vscode.workspace.asRelativePath(vscode.Uri.parse(configUri));
    context.notices.warn(`No loss weight is found in ${name}: open the file that sets them.`);
    return undefined;
  }
  const choice = await chooseSubject(answer.value, given);
  if (choice === undefined) return undefined;
  if ('several' in choice) return askSeveral(context, answer.value, choice, given.term);
  if (choice.problem !== undefined) {
    context.notices.warn(choice.problem);
    return undefined;
  }
  return completeRequest({ ...given, term: choice.term }) ?? askKind(choice, given.kind);
}

/** What the argument names, or what the user picks: a term, or a kind of several variants. */
async function chooseSubject(answer: LossTermsAnswer, given: AblateArgument) {
  const terms = termChoices(answer.terms);
  const several = severalChoices(answer);
  const named = several.find((choice) => choice.several === given.kind);
  if (named) return named;
  const term = terms.find((choice) => choice.term === given.term);
  if (term) return term;
  return vscode.window.showQuickPick([...terms, ...several], {
    title: 'Run Ablation (1 of 2)',
    placeHolder: 'The loss term to vary, or what else',
    matchOnDescription: true,
  });
}

async function askKind(
  chosen: TermChoice,
  kind: AblateArgument['kind'],
): Promise<WeightRequest | undefined> {
  const { term, weight } = chosen;
  const choices = kindChoices(chosen);
  const choice =
    kind === undefined
      ? await vscode.window.showQuickPick(choices, {
          title: 'Run Ablation (2 of 2)',
          placeHolder: `The variant to compare with the config as it is, where ${term} is ${weight}`,
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
    prompt: `${choice.ask}. It is ${weight} now.`,
    value: choice.ablation === 'scale' ? '3' : '',
    placeHolder: 'a number, such as 0.5 or 1e-4',
    validateInput: (typed) => numberProblem(typed, choice, weight),
  });
  return text === undefined ? undefined : { kind: choice.ablation, term, value: Number(text) };
}

/** Stands in the notification until the server tells the title of the experiment. */
function titleOf(request: Request): string {
  switch (request.kind) {
    case 'without':
      return `Ablation: without ${request.term}`;
    case 'only':
      return `Ablation: only ${request.term}`;
    case 'scale':
      return `Ablation: ${request.term} ×${request.value}`;
    case 'set':
      return `Ablation: ${request.term} = ${request.value}`;
    case 'named':
      return `Ablation: ${request.name}`;
    default:
      return `Ablation: ${request.kind}`;
  }
}
