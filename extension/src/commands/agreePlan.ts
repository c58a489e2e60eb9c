import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import type { StartAblation } from '#protocol/ablation';
import type { CommandLine } from '#protocol/commandLine';
import {
  type ExperimentPlan,
  type ExperimentPlanAnswer,
  experimentPlanAnswerSchema,
} from '#protocol/experimentPlan';
import { requests } from '#protocol/messages';
import type { CommandContext } from './command.ts';
import { commandDetail } from './commandDetail.ts';
import { needsLook, planDetail, planText } from './planText.ts';

/** That an experiment may start, with the command line that the user has seen, where it runs one. */
export type AgreedPlan = Pick<StartAblation, 'confirmed'>;

/**
 * Shows what an experiment would run and take before it does: where it is large or long, and where it
 * runs a command line of the workspace for the first time. Undefined where it shall not start; a
 * message says what is wrong where something is.
 */
export async function agreePlan(
  context: CommandContext,
  asked: Pick<StartAblation, 'configUri' | 'request'>,
): Promise<AgreedPlan | undefined> {
  const planned = await askPlan(context, asked);
  if (!planned) return undefined;
  const { plan, command } = planned;
  const { agreed } = context;
  const unseen = command && !agreed.has(command) ? command : undefined;
  if ((unseen || needsLook(plan)) && !(await isAgreed(plan, unseen))) return undefined;
  if (unseen) await agreed.add(unseen);
  return command ? { confirmed: command } : {};
}

async function askPlan(
  { server, notices }: CommandContext,
  asked: Pick<StartAblation, 'configUri' | 'request'>,
): Promise<Exclude<ExperimentPlanAnswer, { problem: string }> | undefined> {
  const answer = await server.request(requests.planAblation, asked, experimentPlanAnswerSchema);
  const planned = answer.ok ? answer.value : answer;
  if (!('problem' in planned)) return planned;
  notices.error(planned.problem);
  return undefined;
}

async function isAgreed(plan: ExperimentPlan, unseen: CommandLine | undefined): Promise<boolean> {
  const command = unseen
    ? `\n\nCounterweight is about to run the command of this workspace:\n\n${commandDetail(unseen)}`
    : '';
  const choice = await vscode.window.showInformationMessage(
    plan.title,
    { modal: true, detail: planDetail(plan) + command },
    'Run',
    'Show Diffs',
  );
  return choice === 'Show Diffs' ? isAgreedWithDiffs(plan) : choice === 'Run';
}

/** The question stays while the diffs are read, as a notification would not. */
async function isAgreedWithDiffs(plan: ExperimentPlan): Promise<boolean> {
  await showDiffs(plan);
  const run = { label: '$(play) Run', description: plan.lines[0] ?? '' };
  const picked = await vscode.window.showQuickPick([run, { label: '$(close) Do Not Run' }], {
    title: plan.title,
    placeHolder: 'The differences are in the editor below',
    ignoreFocusOut: true,
  });
  return picked === run;
}

/** In a document that nobody has to save or throw away. */
async function showDiffs(plan: ExperimentPlan): Promise<void> {
  const scheme = 'counterweight-plan';
  // Another name each time: VS Code keeps the text of one that is still open.
  const uri = vscode.Uri.from({ scheme, path: 'Plan.diff', query: randomUUID() });
  const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: () => planText(plan),
  });
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  } finally {
    provider.dispose();
  }
}
