import * as vscode from 'vscode';

import { problemAnswerSchema, requests } from '#protocol/messages';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import { metricChoices, mostMetrics } from './metricChoices.ts';
import type { Report } from './reportPage.ts';

/** Lets the user pick what a report compares; true where the choice has changed. */
export async function pickMetrics(
  { server, notices }: { readonly server: LanguageServer; readonly notices: Notices },
  id: string,
  report: Report,
): Promise<boolean> {
  if (report.available.length === 0) {
    notices.warn('Its runs have not logged any metric yet.');
    return false;
  }
  const picked = await vscode.window.showQuickPick(metricChoices(report), {
    title: `Metrics of ${report.title}`,
    placeHolder: 'What decides; with none picked, they are chosen by their names again',
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!picked) return false;
  if (picked.length > mostMetrics) {
    notices.warn(`A report compares at most ${mostMetrics} metrics; ${picked.length} were picked.`);
    return false;
  }
  const metrics = picked.map(({ label }) => label);
  const answer = await server.request(requests.pickMetrics, { id, metrics }, problemAnswerSchema);
  const problem = answer.ok ? answer.value.problem : answer.problem;
  if (problem !== undefined) notices.error(problem);
  return problem === undefined;
}
