import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import type { AblationRequest } from '../../model/ablationRequest.ts';
import { chooseEngine } from '../../workspace/engineChoice.ts';
import { previewExperiment } from '../../workspace/previewExperiment.ts';
import { listReadyExperiments } from '../../workspace/readyExperiments.ts';
import { kindOptions, manyOptions, readAblationRequest } from '../ablationOptions.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { followExperiment } from '../followExperiment.ts';
import { type OpenedConfig, openConfig } from '../openConfig.ts';
import { refuse } from '../refuse.ts';
import { resumeExperiment } from '../resumeExperiment.ts';
import { writeExperiments } from '../writers/experiments.ts';
import { writePlan, writePlanHead } from '../writers/plan.ts';

const usage =
  'ablate <config> [--ready <name> | --named <set> | --without <term> | --only <term> | --scale <term>=<factor> | --set <term>=<weight> | --sweep <term>=<w>,<w>… | --search <term>=<low>..<high> --trials <count> [--draw <seed>] | --strategy <names> | --loss [<key>=]<forms> | --schedule [<term>=]<names> | --mode <names> | --shuffle] [--halving <metric>[:lower|:higher]] [--seeds <0,1,…>] [--steps <count>] [--plan]\n  counterweight ablate --resume <id>';

/** Lists the ready-made experiments of a config, plans an experiment, or runs one and prints its report. */
export const ablateCommand: CliCommand = {
  name: 'ablate',
  usage,
  description:
    'Run one experiment and print its report; with --plan only say what would be run. --sweep and --search given several times vary several weights. --resume runs what has not finished of an experiment of this folder, by the name that it was given. Without an experiment, list those that the task of the config has ready.',
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...kindOptions,
        ...manyOptions,
        plan: { type: 'boolean' },
        resume: { type: 'string' },
      },
      allowPositionals: true,
    });
    if (values.resume !== undefined) {
      const alone = Object.keys(values).length === 1 && positionals.length === 0;
      return alone ? resumeExperiment(context, values.resume) : refuse(context, resumesAlone);
    }
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) {
      return refuse(context, `Which config? Usage: counterweight ${usage}`);
    }
    return ablateConfig(context, name, values);
  },
};

/** What is run stands in its plan: nothing beside it could change that. */
const resumesAlone = '--resume takes the name of an experiment, and nothing beside it.';

type Values = Parameters<typeof readAblationRequest>[0] & { readonly plan?: boolean | undefined };

async function ablateConfig(
  context: CommandContext,
  name: string,
  values: Values,
): Promise<number> {
  const opened = await openConfig(context.workspace, resolve(context.cwd, name), context.cwd);
  if (!opened.ok) return refuse(context, opened.error);
  const request = readAblationRequest(values);
  if (!request.ok) return refuse(context, request.error);
  if (request.value === undefined) {
    context.out(writeExperiments(listReadyExperiments(opened.value.view)));
    return 0;
  }
  return values.plan
    ? showPlan(context, opened.value, request.value)
    : runExperiment(context, opened.value, request.value);
}

function preview(
  { workspace: { files } }: CommandContext,
  { view }: OpenedConfig,
  request: AblationRequest,
) {
  return previewExperiment({ files, view, request, backend: 'auto' });
}

async function showPlan(
  context: CommandContext,
  opened: OpenedConfig,
  request: AblationRequest,
): Promise<number> {
  const plan = await preview(context, opened, request);
  if (!plan.ok) return refuse(context, plan.error);
  context.out(writePlan(plan.value));
  return 0;
}

async function runExperiment(
  context: CommandContext,
  opened: OpenedConfig,
  request: AblationRequest,
): Promise<number> {
  const { view, folder } = opened;
  const { experiments } = context.workspace;
  const choice = chooseEngine(view.file, view.found);
  if (choice.ok && choice.value.engine === 'task') {
    // Asked first: without one, every run of the experiment would fail for it.
    const node = await context.trainingNode();
    if (!node.ok) return refuse(context, node.error);
  }
  const plan = await preview(context, opened, request);
  if (!plan.ok) return refuse(context, plan.error);
  context.error(writePlanHead(plan.value));
  const started = await experiments.start({
    workspaceFolder: folder,
    config: view.file,
    found: view.found,
    request,
  });
  if (!started.ok) return refuse(context, started.error);
  const { id } = started.value;
  context.error(`Should it be interrupted, it goes on with: counterweight ablate --resume ${id}\n`);
  return followExperiment(context, id);
}
