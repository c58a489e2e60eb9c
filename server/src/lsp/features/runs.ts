import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { Throttle } from '../../base/throttle.ts';
import { isFinalState } from '../../model/run.ts';
import type { CommandLine } from '../../protocol/commandLine.ts';
import { idSchema, notifications, requests, type Started } from '../../protocol/messages.ts';
import { type StartRun, startRunSchema } from '../../protocol/runs.ts';
import { toWire } from '../../protocol/wire.ts';
import { findNode } from '../../syntax/configTree.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { chooseEngine, type EngineChoice } from '../../workspace/engineChoice.ts';
import { overridesOfRun } from '../../workspace/planOverrides.ts';
import { readProgram } from '../../workspace/programSource.ts';
import { describeProgress, summarizeRun } from '../../workspace/runSummary.ts';
import type { RunStatus } from '../../workspace/startedRun.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { prepareStart, untrusted } from '../prepareStart.ts';
import { toUri } from '../toProtocol.ts';

const listMs = 500;
const progressMs = 250;

/** Starting, cancelling and listing runs. */
export const runsFeature: Feature = {
  name: 'runs',
  register(context) {
    const { connection, workspace, logger, clock } = context;
    const list = () => toWire({ runs: listRuns(context) });
    connection.onRequest<Started, void>(
      requests.startRun,
      guardParsed<typeof startRunSchema, Started>(
        logger,
        'start of a run',
        startRunSchema,
        { problem: 'The run could not be started; the log says why.' },
        (asked) => startRun(context, asked),
      ),
    );
    connection.onRequest<Started, void>(
      requests.resumeRun,
      guardParsed<typeof idSchema, Started>(
        logger,
        'resumption of a run',
        idSchema,
        { problem: 'The run could not be resumed; the log says why.' },
        ({ id }) => resumeRun(context, id),
      ),
    );
    connection.onRequest(
      requests.cancel,
      guardParsed(logger, 'cancel', idSchema, null, ({ id }) => {
        const { starter, experiments } = workspace;
        if (!experiments.cancel(id)) starter.cancel(id);
        return null;
      }),
    );
    // Before the folders are read there are none, which is not what is asked.
    connection.onRequest(requests.listRuns, () => context.foldersRead().then(list));
    const tell = new Throttle(clock, listMs, () => {
      void connection.sendNotification(notifications.runsChanged, list());
    });
    workspace.session.onDidChangeRuns(() => tell.request());
    reportProgress(context);
  },
};

async function startRun(context: FeatureContext, asked: StartRun): Promise<Started> {
  const ready = await prepareStart(context, asked.configUri);
  if (!ready.ok) return { problem: ready.error };
  const { view, folder } = ready.value;
  const choice = chooseEngine(view.file, view.found);
  if (!choice.ok) return { problem: choice.error };
  const confirm = commandToConfirm(choice.value, asked.confirmed);
  if (confirm) return { confirm };
  const { file, found } = view;
  const program = await readProgram(context.workspace.files, file, found);
  const of = { config: file, found, choice: choice.value, program };
  const started = await context.workspace.starter.start({
    workspaceFolder: folder,
    configPath: view.file.path,
    configText: view.file.text,
    choice: choice.value,
    seed: seedOf(view),
    steps: undefined,
    overrides: overridesOfRun(of, file.text),
  });
  return started.ok ? { id: started.value.id } : { problem: started.error };
}

/** It starts no command: only runs of built-in tasks have checkpoints. */
async function resumeRun({ workspace, trusted }: FeatureContext, id: string): Promise<Started> {
  if (!trusted()) return { problem: untrusted };
  const run = workspace.catalog.find(id);
  if (!run) return { problem: 'This run is not known any more; was its folder deleted?' };
  const started = await workspace.starter.resume(run);
  return started.ok ? { id: started.value.id } : { problem: started.error };
}

/** A command line that the user has not seen yet is shown before it runs. */
export function commandToConfirm(
  choice: EngineChoice,
  confirmed: CommandLine | undefined,
): CommandLine | undefined {
  if (choice.engine !== 'command') return undefined;
  const { command, cwd, env, slurm } = choice;
  const batch = slurm ? { batchLines: [...slurm.header] } : {};
  const line: CommandLine = { command: [...command], cwd, env: { ...env }, ...batch };
  return isDeepStrictEqual(confirmed, line) ? undefined : line;
}

function seedOf({ file }: ConfigView): number {
  const seed = findNode(file.document?.root, ['seed']);
  return seed?.kind === 'scalar' && Number.isInteger(seed.value) ? Number(seed.value) : 0;
}

function listRuns({ workspace }: FeatureContext) {
  const { catalog, session, starter, store } = workspace;
  const bound = session
    .configUris()
    .map((uri) => ({ uri, ids: new Set(session.view(uri)?.runs.map(({ id }) => id)) }));
  return catalog.all().map((run) =>
    summarizeRun({
      run,
      store,
      status: starter.status(run.id),
      configUris: bound.filter(({ ids }) => ids.has(run.id)).map(({ uri }) => uri),
    }),
  );
}

/** Tells of each run at most four times a second, and of its end for certain. */
function reportProgress({ connection, workspace, clock }: FeatureContext): void {
  const { starter, catalog, store, session } = workspace;
  const latest = new Map<string, RunStatus>();
  const throttles = new Map<string, Throttle>();
  const send = (status: RunStatus): void => {
    const configPath = catalog.find(status.id)?.configPath ?? basename(status.record.config);
    const progress = describeProgress(status, store, toUri(configPath));
    void connection.sendNotification(notifications.runProgress, toWire(progress));
  };
  const request = (status: RunStatus): void => {
    latest.set(status.id, status);
    const throttle =
      throttles.get(status.id) ??
      new Throttle(clock, progressMs, () => {
        const now = latest.get(status.id);
        if (now) send(now);
      });
    throttles.set(status.id, throttle);
    throttle.request();
  };
  starter.onDidProgress((status) => {
    if (!isFinalState(status.record.state)) return request(status);
    throttles.get(status.id)?.dispose();
    throttles.delete(status.id);
    latest.delete(status.id);
    send(status);
  });
  // The logs of a command tell how far it is.
  session.onDidChangeRuns(() => {
    for (const status of latest.values()) request(status);
  });
}
