import { basename } from 'node:path';

import { type AblationPlan, planAblation } from '../ablation/plan.ts';
import { type CompletedConfig, planReadyAblation } from '../ablation/readyPlan.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { AblationRequest, ReadyAblation, ReadyAblationRequest } from '../model/ablation.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import type { TaskOutline } from '../training/task.ts';
import { checkOptions } from '../training/wrongOptions.ts';
import type { ConfigFile } from './configFile.ts';
import { chooseEngine, type EngineChoice, type FoundProject } from './engineChoice.ts';

/** What is asked for, with the config as it stands. */
export interface AskedExperiment<Request extends AblationRequest = AblationRequest> {
  readonly config: ConfigFile;
  readonly found: FoundProject | undefined;
  readonly request: Request;
}

/** An experiment that can be started. */
export interface PlannedExperiment {
  readonly plan: AblationPlan;
  readonly choice: EngineChoice;
  /** Of each run, where they are not those of its config. */
  readonly steps: number | undefined;
  /** Of a ready-made one, what it answers, which metrics tell, and the steps of all runs together. */
  readonly ready?: Pick<ReadyAblation, 'metrics' | 'question'> & { readonly totalSteps: number };
}

/** Built-in tasks take seconds, so a verdict over three seeds is cheap; the user's own may take days. */
const defaultSeeds = { task: [0, 1, 2], command: [0] } as const;

/** Which runs an experiment takes, or in words why it cannot be done. Starts nothing. */
export function planExperiment(asked: AskedExperiment): Result<PlannedExperiment> {
  const { config, found, request } = asked;
  if (!config.document || !config.current) {
    return fail(`${basename(config.path)} cannot be read; see its problems.`);
  }
  const choice = chooseEngine(config, found);
  if (!choice.ok) return choice;
  const settings = found?.project?.ablation;
  const shared: Shared = {
    document: config.document,
    terms: config.terms,
    seeds: request.seeds ?? settings?.seeds ?? defaultSeeds[choice.value.engine],
    configName: basename(config.path),
  };
  if (request.kind === 'ready') return planReady({ ...asked, request }, choice.value, shared);
  const plan = planAblation({ ...shared, request });
  if (!plan.ok) return plan;
  const steps = request.steps ?? settings?.steps;
  return succeed({ plan: plan.value, choice: choice.value, steps });
}

/** The experiments that the config's task has ready; none for a program of the user's own. */
export function readyAblationsOf(
  config: ConfigFile,
  found: FoundProject | undefined,
): readonly ReadyAblation[] {
  const choice = chooseEngine(config, found);
  return choice.ok && choice.value.engine === 'task' ? (config.task?.ablations ?? []) : [];
}

interface Shared {
  readonly document: ConfigDocument;
  readonly terms: ConfigFile['terms'];
  readonly seeds: readonly number[];
  readonly configName: string;
}

function planReady(
  { config, found, request }: AskedExperiment<ReadyAblationRequest>,
  choice: EngineChoice,
  shared: Shared,
): Result<PlannedExperiment> {
  const all = readyAblationsOf(config, found);
  const ready = all.find(({ name }) => name === request.name);
  const { task } = config;
  if (!ready || !task) return fail(noSuchExperiment(request.name, shared.configName, all));
  const wanted = request.steps ?? found?.project?.ablation?.steps;
  // An experiment about the number of steps is no longer one where all arms have the same.
  const isAboutSteps = setsSteps(ready);
  const steps = isAboutSteps ? undefined : (wanted ?? shorterSteps(ready, config));
  const plan = planReadyAblation({ ...shared, ready, complete: completedBy(task), steps });
  if (!plan.ok) return plan;
  const { totalSteps, notes } = plan.value;
  const note = `The variants differ in their steps, so the ${wanted} that were asked for are not used.`;
  const said = isAboutSteps && wanted !== undefined ? [...notes, note] : notes;
  const planned = { plan: { ...plan.value, notes: said }, choice, steps: undefined };
  return succeed({
    ...planned,
    ready: { question: ready.question, totalSteps, ...metricsOf(ready) },
  });
}

function metricsOf({ metrics }: ReadyAblation): Pick<ReadyAblation, 'metrics'> {
  return metrics ? { metrics } : {};
}

function shorterSteps(
  { steps }: ReadyAblation,
  { task, document }: ConfigFile,
): number | undefined {
  const own = task && document ? completedBy(task)(document) : undefined;
  return steps !== undefined && own?.ok && steps < own.value.steps ? steps : undefined;
}

function noSuchExperiment(name: string, configName: string, all: readonly ReadyAblation[]): string {
  return all.length === 0
    ? `There is no ready-made experiment for ${configName}: only configs of built-in tasks have some.`
    : `There is no experiment "${name}" for ${configName}; there are ${all.map((one) => one.name).join(', ')}.`;
}

function completedBy(task: TaskOutline): (document: ConfigDocument) => Result<CompletedConfig> {
  return ({ root }) => {
    const checked = checkOptions(task, toPlainData(root));
    return checked.ok
      ? succeed({ config: checked.value, steps: task.plan(checked.value).steps })
      : fail(checked.error.map(({ message }) => message).join(' '));
  };
}

function setsSteps({ variants }: ReadyAblation): boolean {
  return variants.some(({ changes }) => changes.some(({ path }) => path.join('.') === 'steps'));
}
