import * as vscode from 'vscode';

import type { StartAblation } from '#protocol/ablation';
import { type ExperimentPlan, experimentPlanAnswerSchema } from '#protocol/experimentPlan';
import { requests } from '#protocol/messages';
import type { CommandContext } from './command.ts';
import { needsLook, planDetail, planText } from './planText.ts';

/**
 * Shows what an experiment would run and take before it does, where that is more than the baseline
 * and one variant a few times. True where it may start; a message says what is wrong where not.
 */
export async function agreePlan(
  { server, notices }: CommandContext,
  asked: Pick<StartAblation, 'configUri' | 'request'>,
): Promise<boolean> {
  const answer = await server.request(requests.planAblation, asked, experimentPlanAnswerSchema);
  if (!answer.ok || 'problem' in answer.value) {
    notices.error(
      answer.ok && 'problem' in answer.value
        ? answer.value.problem
        : 'It could not be planned; the log says why.',
    );
    return false;
  }
  const { plan } = answer.value;
  return !needsLook(plan) || isAgreed(plan);
}

async function isAgreed(plan: ExperimentPlan): Promise<boolean> {
  const choice = await vscode.window.showInformationMessage(
    plan.title,
    { modal: true, detail: planDetail(plan) },
    'Run',
    'Show Diffs',
  );
  if (choice !== 'Show Diffs') return choice === 'Run';
  const document = await vscode.workspace.openTextDocument({
    language: 'diff',
    content: planText(plan),
  });
  await vscode.window.showTextDocument(document, { preview: true });
  const second = await vscode.window.showInformationMessage(plan.title, 'Run', 'Cancel');
  return second === 'Run';
}
