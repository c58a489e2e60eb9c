import { basename, join } from 'node:path';

import { neverCancelled } from '../../base/cancellation.ts';
import type { Result } from '../../base/result.ts';
import { inTurns } from '../../base/turns.ts';
import { idSchema, requests } from '../../protocol/messages.ts';
import {
  type ApplyVariantAnswer,
  applyVariantSchema,
  type ExportReportAnswer,
  exportReportSchema,
  pickMetricsSchema,
} from '../../protocol/reports.ts';
import { toWireInTurns } from '../../protocol/wire.ts';
import {
  exportReport,
  folderOf,
  pickMetrics,
  reportOf,
  unknownReport,
} from '../../workspace/reports.ts';
import { readPlan } from '../../workspace/storedPlan.ts';
import { variantEdit } from '../../workspace/variantEdit.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { toRange, toUri } from '../toProtocol.ts';

/** The report of an experiment: what it says, the metrics picked in it, its documents, its variants. */
export const reportsFeature: Feature = {
  name: 'reports',
  register({ connection, workspace, logger }) {
    connection.onRequest(
      requests.ablationReport,
      guardParsed<typeof idSchema, unknown>(logger, 'report', idSchema, {}, async ({ id }) => {
        // The last lines of a run that has just ended may not have been read yet.
        await workspace.ingest.settled();
        const report = await reportOf(workspace, id);
        return report ? { report: await inTurns(toWireInTurns(report), neverCancelled) } : {};
      }),
    );
    connection.onRequest<ExportReportAnswer, void>(
      requests.exportReport,
      guardParsed<typeof exportReportSchema, ExportReportAnswer>(
        logger,
        'export of a report',
        exportReportSchema,
        { problem: 'The report could not be written; the log says why.' },
        async ({ id, format }) => {
          await workspace.ingest.settled();
          const text = await exportReport(workspace, id, format);
          return text.ok ? { text: text.value } : { problem: text.error };
        },
      ),
    );
    connection.onRequest(
      requests.pickMetrics,
      guardParsed<typeof pickMetricsSchema, { problem?: string }>(
        logger,
        'metrics of a report',
        pickMetricsSchema,
        { problem: 'The metrics could not be chosen; the log says why.' },
        async ({ id, metrics }) => problemOf(await pickMetrics(workspace, id, metrics)),
      ),
    );
    connection.onRequest<ApplyVariantAnswer, void>(
      requests.applyVariant,
      guardParsed<typeof applyVariantSchema, ApplyVariantAnswer>(
        logger,
        'change to a variant',
        applyVariantSchema,
        { problem: 'The config could not be changed; the log says why.' },
        ({ id, variant }) => applyVariant(workspace, id, variant),
      ),
    );
  },
};

function problemOf(result: Result<unknown>): { problem?: string } {
  return result.ok ? {} : { problem: result.error };
}

async function applyVariant(
  { experiments, files, session }: Workspace,
  id: string,
  variantId: string,
): Promise<ApplyVariantAnswer> {
  const known = experiments.all().find(({ record }) => record.id === id);
  const variant = known?.record.variants.find((each) => each.id === variantId);
  if (!known || !variant) return { problem: unknownReport };
  const path = join(known.workspaceFolder, known.record.config);
  const name = basename(path);
  await session.documentsTaken();
  const view = session.view(toUri(path));
  if (!view) return { problem: `${name} is not open, so it cannot be changed. Open it first.` };
  const plan = await readPlan(files, folderOf(known));
  const edit = variantEdit(view.file, plan?.texts ?? new Map(), variant, name);
  if (!edit.ok) return { problem: edit.error };
  const { range, newText } = edit.value;
  const { uri, text, lines } = view.file;
  return { configUri: uri, before: text, range: toRange(lines, range), newText };
}
