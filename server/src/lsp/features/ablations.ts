import { join } from 'node:path';

import {
  type AblationSummary,
  type StartAblation,
  startAblationSchema,
} from '../../protocol/ablation.ts';
import { idSchema, notifications, requests, type Started } from '../../protocol/messages.ts';
import { toWire } from '../../protocol/wire.ts';
import { chooseEngine } from '../../workspace/engineChoice.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { prepareStart } from '../prepareStart.ts';
import { toUri } from '../toProtocol.ts';
import { commandToConfirm } from './runs.ts';

/** Starting ablations, and telling of them. */
export const ablationsFeature: Feature = {
  name: 'ablations',
  register(context) {
    const { connection, workspace, logger } = context;
    const { experiments, ingest } = workspace;
    const list = () => ({ ablations: listAblations(context) });
    connection.onRequest<Started, void>(
      requests.startAblation,
      guardParsed<typeof startAblationSchema, Started>(
        logger,
        'start of an ablation',
        startAblationSchema,
        { problem: 'The ablation could not be started; the log says why.' },
        (asked) => startAblation(context, asked),
      ),
    );
    connection.onRequest(requests.listAblations, list);
    connection.onRequest(
      requests.ablationReport,
      guardParsed<typeof idSchema, unknown>(logger, 'report', idSchema, {}, async ({ id }) => {
        // The last lines of a run that has just ended may not have been read yet.
        await ingest.settled();
        const report = experiments.report(id);
        return report ? toWire({ report }) : {};
      }),
    );
    experiments.onDidChange(() => {
      void connection.sendNotification(notifications.ablationsChanged, list());
    });
  },
};

async function startAblation(context: FeatureContext, asked: StartAblation): Promise<Started> {
  const ready = await prepareStart(context, asked.configUri);
  if (!ready.ok) return { problem: ready.error };
  const { view, folder } = ready.value;
  const choice = chooseEngine(view.file, view.found);
  const confirm = choice.ok ? commandToConfirm(choice.value, asked.confirmed) : undefined;
  if (confirm) return { confirm };
  const started = await context.workspace.experiments.start({
    workspaceFolder: folder,
    config: view.file,
    found: view.found,
    request: asked.request,
  });
  return started.ok ? { id: started.value.id } : { problem: started.error };
}

function listAblations({ workspace }: FeatureContext): AblationSummary[] {
  return workspace.experiments.all().map(({ workspaceFolder, record }) => ({
    id: record.id,
    title: record.title,
    configUri: toUri(join(workspaceFolder, record.config)),
    state: record.state,
    runs: record.runs,
    createdAt: record.createdAt,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
  }));
}
