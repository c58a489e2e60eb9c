import * as vscode from 'vscode';

import type { LossTermsAnswer } from '#protocol/lossTerms';
import type { CommandContext } from './command.ts';
import {
  boundsProblem,
  countProblem,
  namedRequest,
  namesFor,
  readNumbers,
  type SeveralChoice,
  type SeveralRequest,
  suggestedBounds,
  suggestedWeights,
  variedTerms,
  weightsProblem,
} from './variantChoices.ts';

const title = 'Run Ablation';

/** Asks for what a kind of several variants leaves open; undefined where the user turns away. */
export async function askSeveral(
  { notices }: Pick<CommandContext, 'notices'>,
  answer: LossTermsAnswer,
  choice: SeveralChoice,
  term: string | undefined,
): Promise<SeveralRequest | undefined> {
  const request = await askRest(answer, choice, term);
  if (request !== 'nothing') return request;
  notices.warn('Nothing was picked to compare with the config, so nothing is run.');
  return undefined;
}

/** `nothing` where a list was accepted with none of its entries picked. */
type Asked = SeveralRequest | 'nothing' | undefined;

async function askRest(
  answer: LossTermsAnswer,
  choice: SeveralChoice,
  term: string | undefined,
): Promise<Asked> {
  switch (choice.several) {
    case 'named':
      return choice.name === undefined ? undefined : { kind: 'named', name: choice.name };
    case 'shuffle':
      return { kind: 'shuffle' };
    case 'sweep':
      return askSweep(answer, term);
    case 'search':
      return askSearch(answer, term);
    default:
      return choice.ofTerm ? askTermSchedule(answer, choice, term) : askNames(answer, choice);
  }
}

async function askTermSchedule(
  answer: LossTermsAnswer,
  choice: SeveralChoice,
  given: string | undefined,
): Promise<Asked> {
  const term =
    given ??
    (await vscode.window.showQuickPick(
      answer.terms.map(({ name }) => name),
      { title, placeHolder: 'The loss whose weight follows a schedule' },
    ));
  if (term === undefined) return undefined;
  const request = await askNames(answer, choice);
  if (request === undefined || request === 'nothing') return request;
  return request.kind === 'schedule' ? { ...request, term } : undefined;
}

async function askNames(answer: LossTermsAnswer, choice: SeveralChoice): Promise<Asked> {
  const names = namesFor(answer, choice) ?? [];
  const picked = await vscode.window.showQuickPick([...names], {
    title: `${title}: ${choice.label.replace('…', '')} (${choice.description})`,
    placeHolder: 'What to compare with the config as it is',
    canPickMany: true,
  });
  if (picked?.length === 0) return 'nothing';
  return picked && namedRequest(choice, picked);
}

type Term = LossTermsAnswer['terms'][number];

async function askTerms(
  answer: LossTermsAnswer,
  term: string | undefined,
): Promise<readonly Term[] | undefined> {
  const weighed = variedTerms(answer);
  const given = weighed.filter(({ name }) => name === term);
  if (given.length > 0 || weighed.length === 1) return given.length > 0 ? given : weighed;
  const picked = await vscode.window.showQuickPick(
    weighed.map((one) => ({ label: one.name, description: `weight ${one.weight}`, one })),
    { title, placeHolder: 'The weights to vary; several make a grid', canPickMany: true },
  );
  return picked?.map(({ one }) => one);
}

type Numbers = readonly (readonly [string, readonly number[]])[];

/** The numbers that the user gives for each term, by its name; undefined where they turn away. */
async function askWeights(
  terms: readonly Term[] | undefined,
  ask: {
    readonly prompt: (term: string) => string;
    readonly suggest: (weight: number | undefined) => string;
    readonly problem: (text: string, before: Numbers) => string | undefined;
  },
): Promise<Numbers | 'nothing' | undefined> {
  if (!terms) return undefined;
  const asked: (readonly [string, readonly number[]])[] = [];
  for (const [at, { name, weight }] of terms.entries()) {
    const text = await vscode.window.showInputBox({
      title: terms.length > 1 ? `${title}: ${name} (${at + 1} of ${terms.length})` : title,
      prompt: `${ask.prompt(name)} It is ${weight} now.`,
      value: ask.suggest(weight),
      validateInput: (typed) => ask.problem(typed, asked),
      // Whoever looks something up in the config must not begin again.
      ignoreFocusOut: true,
    });
    const numbers = text === undefined ? undefined : readNumbers(text);
    if (numbers === undefined || typeof numbers === 'string') return undefined;
    asked.push([name, numbers]);
  }
  return asked.length > 0 ? asked : 'nothing';
}

function combinationsOf(numbers: Numbers): number {
  return numbers.reduce((product, [, values]) => product * values.length, 1);
}

async function askSweep(answer: LossTermsAnswer, term: string | undefined): Promise<Asked> {
  const asked = await askWeights(await askTerms(answer, term), {
    prompt: (name) => `Weights of ${name} to try.`,
    suggest: suggestedWeights,
    problem: (text, before) => weightsProblem(text, combinationsOf(before)),
  });
  if (!asked || asked === 'nothing') return asked;
  const weights = Object.fromEntries(asked.map(([name, numbers]) => [name, [...numbers]]));
  const early = await askEarly(answer, combinationsOf(asked));
  return early && { kind: 'sweep', weights, ...early };
}

async function askSearch(answer: LossTermsAnswer, term: string | undefined): Promise<Asked> {
  const asked = await askWeights(await askTerms(answer, term), {
    prompt: (name) => `Lowest and highest weight of ${name}.`,
    suggest: suggestedBounds,
    problem: boundsProblem,
  });
  if (!asked || asked === 'nothing') return asked;
  const count = await vscode.window.showInputBox({
    title,
    prompt: 'How many combinations to draw, evenly on a logarithmic scale.',
    value: '8',
    validateInput: countProblem,
    ignoreFocusOut: true,
  });
  if (count === undefined) return undefined;
  const weights = Object.fromEntries(
    asked.map(([name, [low = 0, high = 0]]): [string, [number, number]] => [name, [low, high]]),
  );
  const early = await askEarly(answer, Number(count));
  return early && { kind: 'search', weights, trials: Number(count), ...early };
}

/** Fewer variants than these all run to the end. */
const worthStopping = 3;

/** Whether hopeless variants are stopped early, where a metric is named that can tell. */
async function askEarly(
  { metrics }: LossTermsAnswer,
  variants: number,
): Promise<Pick<Extract<SeveralRequest, { kind: 'sweep' }>, 'halving'> | undefined> {
  const metric = metrics?.[0];
  if (metric === undefined || variants < worthStopping) return {};
  const all = { label: 'Run all to the end', halving: undefined };
  const early = {
    label: 'Stop hopeless variants early',
    description: `by ${metric}, with successive halving`,
    halving: { metric },
  };
  const picked = await vscode.window.showQuickPick([all, early], {
    title,
    placeHolder: `${variants} variants`,
  });
  if (!picked) return undefined;
  return picked.halving ? { halving: picked.halving } : {};
}
