import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { createDeferred } from '../../base/deferred.ts';
import { fail, type Result, succeed } from '../../base/result.ts';
import type { AblationRecord, AblationRequest } from '../../model/ablation.ts';
import { isFinalState } from '../../model/run.ts';
import { listReadyExperiments } from '../../workspace/readyExperiments.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { type OpenedConfig, openConfig } from '../openConfig.ts';
import { writeExperiments } from '../writers/experiments.ts';
import { writeReport } from '../writers/report.ts';

const usage = 'ablate <config> [--ready <name>] [--seeds <0,1,…>] [--steps <count>]';

/** Lists the ready-made experiments of a config, or runs one and prints its report. */
export const ablateCommand: CliCommand = {
  name: 'ablate',
  usage,
  description:
    'List the experiments that the task of a config has ready; with --ready, run one of them and print its report.',
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ready: { type: 'string' },
        seeds: { type: 'string' },
        steps: { type: 'string' },
      },
      allowPositionals: true,
    });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) {
      context.error(`Which config? Usage: counterweight ${usage}\n`);
      return 2;
    }
    const opened = await openConfig(context.workspace, resolve(context.cwd, name), context.cwd);
    if (!opened.ok) return refuse(context, opened.error);
    if (values.ready === undefined) {
      context.out(writeExperiments(listReadyExperiments(opened.value.view)));
      return 0;
    }
    const request = readRequest(values.ready, values);
    if (!request.ok) return refuse(context, request.error);
    return runExperiment(context, opened.value, request.value);
  },
};

function refuse({ error }: CommandContext, why: string): number {
  error(`${why}\n`);
  return 2;
}

function readRequest(
  name: string,
  given: { readonly seeds?: string | undefined; readonly steps?: string | undefined },
): Result<AblationRequest> {
  // Number('') is 0, which nobody asked for.
  const seeds = given.seeds?.split(',').map((text) => (text.trim() ? Number(text) : Number.NaN));
  if (seeds?.some((seed) => !Number.isSafeInteger(seed))) {
    return fail(`--seeds ${given.seeds}: give whole numbers with commas between them, as 0,1,2.`);
  }
  const steps = given.steps === undefined ? undefined : Number(given.steps);
  if (steps !== undefined && !(Number.isSafeInteger(steps) && steps > 0)) {
    return fail(`--steps ${given.steps}: give a whole number above 0.`);
  }
  return succeed({
    kind: 'ready',
    name,
    ...(seeds ? { seeds } : {}),
    ...(steps === undefined ? {} : { steps }),
  });
}

async function runExperiment(
  context: CommandContext,
  { view, folder }: OpenedConfig,
  request: AblationRequest,
): Promise<number> {
  const { experiments, ingest } = context.workspace;
  // Asked first: without one, every run of the experiment would fail for it.
  const node = await context.trainingNode();
  if (!node.ok) return refuse(context, node.error);
  const started = await experiments.start({
    workspaceFolder: folder,
    config: view.file,
    found: view.found,
    request,
  });
  if (!started.ok) return refuse(context, started.error);
  const ended = await untilEnded(context, started.value);
  await ingest.settled();
  const report = experiments.report(ended.id);
  if (report) context.out(writeReport(report));
  return ended.state === 'finished' ? 0 : 1;
}

/** Says how far the experiment is, a line for each run that ends. */
function untilEnded(
  { workspace: { experiments }, error }: CommandContext,
  { id, title, runs }: AblationRecord,
): Promise<AblationRecord> {
  const { promise, resolve: settle } = createDeferred<AblationRecord>();
  const told = new Set<string>();
  const look = (record: AblationRecord): void => {
    if (record.id !== id) return;
    for (const { runId, variant, seed, state } of record.runs) {
      if (!isFinalState(state) || told.has(runId)) continue;
      told.add(runId);
      error(`${told.size}/${record.runs.length} ${variant}, seed ${seed}: ${state}\n`);
    }
    if (isFinalState(record.state)) settle(record);
  };
  error(`${title}: ${runs.length} runs\n`);
  const listening = experiments.onDidChange(look);
  const known = experiments.all().find(({ record }) => record.id === id);
  if (known) look(known.record);
  return promise.finally(() => listening.dispose());
}
