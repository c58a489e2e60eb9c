import { join } from 'node:path';

import { z } from 'zod';

import { reportCsv } from '../ablation/reporting/documents/csv.ts';
import { reportMarkdown } from '../ablation/reporting/documents/markdown.ts';
import { neverCancelled } from '../base/cancellation.ts';
import { parseJson } from '../base/parseJson.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { type InTurns, inTurns } from '../base/turns.ts';
import type { AblationReport } from '../model/ablation.ts';
import type { DocumentFormat } from '../protocol/reports.ts';
import { wireFileInTurns } from '../protocol/wire.ts';
import type { Experiments } from './experiments.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import { ablationsFolder } from './runFolder.ts';

/** Where experiments and their files are known. */
export interface ReportPlace {
  readonly experiments: Pick<Experiments, 'all' | 'report'>;
  readonly files: WorkspaceFiles;
}

/** `report.json` of an experiment: what was picked in its report. */
const choicesSchema = z.object({ schema: z.literal(1), metrics: z.array(z.string()) });
const choicesFileName = 'report.json';

/** What an experiment has shown so far, by the metrics that somebody has picked in its report. */
export async function reportOf(
  place: ReportPlace,
  id: string,
): Promise<AblationReport | undefined> {
  const known = place.experiments.all().find(({ record }) => record.id === id);
  const picked = known ? await pickedMetrics(place.files, known) : [];
  return place.experiments.report(id, picked);
}

/**
 * Keeps the metrics that a report shall compare; none to have them chosen again. They have a file of
 * their own, so that a window may pick while another one runs the experiment.
 */
export async function pickMetrics(
  { experiments, files }: ReportPlace,
  id: string,
  metrics: readonly string[],
): Promise<Result<undefined>> {
  const known = experiments.all().find(({ record }) => record.id === id);
  if (!known) return fail(unknownReport);
  const picked = [...new Set(metrics)];
  const text = `${JSON.stringify({ schema: 1, metrics: picked }, null, 2)}\n`;
  try {
    await files.writeAtomically(join(folderOf(known), choicesFileName), text);
    return succeed(undefined);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(`The choice could not be kept beside the experiment: ${why}`);
  }
}

/** The report as a document; JSON is of the form of `ablationReportSchema`. */
export async function exportReport(
  place: ReportPlace,
  id: string,
  format: DocumentFormat,
): Promise<Result<string>> {
  const report = await reportOf(place, id);
  if (!report) return fail(unknownReport);
  return succeed(await inTurns(documentOf(report, format), neverCancelled));
}

/** Where an experiment keeps its plan and what else belongs to it. */
export function folderOf({ workspaceFolder, record }: KnownExperiment): string {
  return join(ablationsFolder(workspaceFolder), record.id);
}

export const unknownReport = 'This ablation is not known any more; was its folder deleted?';

function documentOf(report: AblationReport, format: DocumentFormat): InTurns<string> {
  switch (format) {
    case 'markdown':
      return reportMarkdown(report);
    case 'csv':
      return reportCsv(report);
    case 'json':
      return wireFileInTurns({ schema: 1, ...report });
  }
}

async function pickedMetrics(
  files: WorkspaceFiles,
  known: KnownExperiment,
): Promise<readonly string[]> {
  const text = await files.readText(join(folderOf(known), choicesFileName));
  // A file that was cut short is no choice.
  return choicesSchema.safeParse(parseJson(text)).data?.metrics ?? [];
}
