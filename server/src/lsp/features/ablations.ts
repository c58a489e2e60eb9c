import { join } from 'node:path';

import { Throttle } from '../../base/throttle.ts';
import {
  type AblationSummary,
  type StartAblation,
  startAblationSchema,
} from '../../protocol/ablation.ts';
import type { ExperimentPlanAnswer } from '../../protocol/experimentPlan.ts';
import { notifications, requests, type Started } from '../../protocol/messages.ts';
import { chooseEngine } from '../../workspace/engineChoice.ts';
import { summarizeExperiment, summarizeQueue } from '../../workspace/experimentSummary.ts';
import { previewExperiment } from '../../workspace/previewExperiment.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { prepareStart } from '../prepareStart.ts';
import { toUri } from '../toProtocol.ts';
import { commandToConfirm } from './runs.ts';

const listMs = 250;

/** Starting ablations, and telling of them. */
export const ablationsFeature: Feature = {
  name: 'ablations',
  register(context) {
    const { connection, workspace, logger, clock } = context;
    const { experiments, queue } = workspace;
    const list = () => ({ ablations: listAblations(context), queue: summarizeQueue(queue) });
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
    connection.onRequest<ExperimentPlanAnswer, void>(
      requests.planAblation,
      guardParsed<typeof startAblationSchema, ExperimentPlanAnswer>(
        logger,
        'plan of an ablation',
        startAblationSchema,
        { problem: 'The ablation could not be planned; the log says why.' },
        (asked) => planAblation(context, asked),
      ),
    );
    // Before the folders are read there are none, which is not what is asked.
    connection.onRequest(requests.listAblations, () => context.foldersRead().then(list));
    // Many arms may change at once, and the list holds all of them.
    const tell = new Throttle(clock, listMs, () => {
      void connection.sendNotification(notifications.ablationsChanged, list());
    });
    experiments.onDidChange(() => tell.request());
    queue.onDidChange(() => tell.request());
  },
};

async function planAblation(
  context: FeatureContext,
  { configUri, request }: StartAblation,
): Promise<ExperimentPlanAnswer> {
  const ready = await prepareStart(context, configUri);
  if (!ready.ok) return { problem: ready.error };
  const { files } = context.workspace;
  const { view } = ready.value;
  const plan = await previewExperiment({
    files,
    view,
    request,
    backend: context.settings().backend,
  });
  if (!plan.ok) return { problem: plan.error };
  const choice = chooseEngine(view.file, view.found);
  const command = choice.ok ? commandToConfirm(choice.value, undefined) : undefined;
  return { plan: plan.value, ...(command ? { command } : {}) };
}

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
  return workspace.experiments.all().map((experiment) => {
    const { workspaceFolder, record } = experiment;
    const configUri = toUri(join(workspaceFolder, record.config));
    return summarizeExperiment(workspace, experiment, configUri);
  });
}
