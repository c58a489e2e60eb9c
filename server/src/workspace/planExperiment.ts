import { basename } from 'node:path';

import { planHalving } from '../ablation/halving.ts';
import type { KindVariant } from '../ablation/kind.ts';
import type { ChosenOverrides } from '../ablation/overrides/chooseOverrides.ts';
import type { ProgramSource } from '../ablation/overrides/override.ts';
import { type AblationPlan, planAblation, toWeightedTerm } from '../ablation/plan.ts';
import { type CompletedConfig, planReadyAblation } from '../ablation/readyPlan.ts';
import {
  type RequestSubject,
  requestTitle,
  requestVariants,
  setVariants,
} from '../ablation/requestVariants.ts';
import { asKeyChanges, planWeightVariants } from '../ablation/variantPlan.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { atOnce, type InTurns } from '../base/turns.ts';
import type { HalvingPlan, ReadyAblation } from '../model/ablation.ts';
import type {
  AblationRequest,
  HalvingRequest,
  ReadyAblationRequest,
  WeightAblationRequest,
} from '../model/ablationRequest.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import type { TaskOutline } from '../training/task.ts';
import { checkOptions } from '../training/wrongOptions.ts';
import type { ConfigFile } from './configFile.ts';
import { chooseEngine, type EngineChoice, type FoundProject } from './engineChoice.ts';
import { checkByTask, commandNotes } from './planChecks.ts';
import { planOverrides } from './planOverrides.ts';
import { taskChoicesOf } from './taskChoices.ts';

/** What is asked for, with the config as it stands. */
export interface AskedExperiment<Request extends AblationRequest = AblationRequest> {
  readonly config: ConfigFile;
  readonly found: FoundProject | undefined;
  readonly request: Request;
  /** The program that `run.command` starts, where that can be read. */
  readonly program?: ProgramSource | undefined;
}

/** An experiment that can be started. */
export interface PlannedExperiment {
  readonly plan: AblationPlan;
  readonly choice: EngineChoice;
  /** Of each run, where they are not those of its config. */
  readonly steps: number | undefined;
  /** Of all runs together; undefined where that is not known. */
  readonly totalSteps: number | undefined;
  /** Of a ready-made one, what it answers and which metrics tell. */
  readonly ready?: Pick<ReadyAblation, 'metrics' | 'question'>;
  /** Set where some variants have more steps than others. */
  readonly isUneven?: true;
  /** How hopeless variants are stopped early, where that was asked for. */
  readonly halving?: HalvingPlan;
  /** How its variants reach a program of the user's own. */
  readonly overrides?: ChosenOverrides;
}

/** Built-in tasks take seconds, so a verdict over three seeds is cheap; the user's own may take days. */
const defaultSeeds = { task: [0, 1, 2], command: [0] } as const;

/** Which runs an experiment takes, or in words why it cannot be done. Starts nothing. */
export function planExperiment(asked: AskedExperiment): Result<PlannedExperiment> {
  return atOnce(planInTurns(asked));
}

/** The same, pausing after each variant: for each the config is parsed and checked once more. */
export function* planInTurns(asked: AskedExperiment): InTurns<Result<PlannedExperiment>> {
  const planned = yield* planArms(asked);
  return planned.ok ? withOverrides(asked, planned.value) : planned;
}

/** The same with how its variants reach the program, which the plan then shows. */
function withOverrides(
  { config, found, program }: AskedExperiment,
  planned: PlannedExperiment,
): Result<PlannedExperiment> {
  const { choice, plan } = planned;
  const overrides = planOverrides({ config, found, choice, program }, plan);
  if (!overrides) return succeed(planned);
  if (!overrides.ok) return overrides;
  const { notes, commandLine } = overrides.value;
  const shown = { notes: [...plan.notes, ...notes], diffs: commandLine?.diffs ?? plan.diffs };
  return succeed({ ...planned, plan: { ...plan, ...shown }, overrides: overrides.value });
}

function* planArms(asked: AskedExperiment): InTurns<Result<PlannedExperiment>> {
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
    choice: choice.value,
    steps: request.steps ?? settings?.steps,
  };
  switch (request.kind) {
    case 'without':
    case 'only':
    case 'scale':
    case 'set': {
      const plan = planAblation({ ...shared, request });
      return plan.ok ? withOwnSteps(config, shared, plan.value) : plan;
    }
    case 'ready':
      return yield* planReady({ ...asked, request }, shared);
    default:
      return yield* planSeveral({ ...asked, request }, shared);
  }
}

/** The experiments that the config's task has ready; none for a program of the user's own. */
export function readyAblationsOf(
  config: ConfigFile,
  found: FoundProject | undefined,
): readonly ReadyAblation[] {
  return trainingTask(config, found)?.ablations ?? [];
}

/** The task that trains a config; none where a program of the user's own does. */
export function trainingTask(
  config: ConfigFile,
  found: FoundProject | undefined,
): TaskOutline | undefined {
  const choice = chooseEngine(config, found);
  return choice.ok && choice.value.engine === 'task' ? config.task : undefined;
}

interface Shared {
  readonly document: ConfigDocument;
  readonly terms: ConfigFile['terms'];
  readonly seeds: readonly number[];
  readonly configName: string;
  readonly choice: EngineChoice;
  /** Of each run, where somebody said. */
  readonly steps: number | undefined;
}

/** Each run has the steps that were asked for, or those of its config. */
function withOwnSteps(
  { task: known, document }: ConfigFile,
  { choice, steps, configName }: Shared,
  plan: AblationPlan,
): Result<PlannedExperiment> {
  const task = choice.engine === 'task' ? known : undefined;
  const own =
    task && document
      ? checkByTask(plan, document, completedBy(task), configName)
      : succeed({ steps: undefined });
  if (!own.ok) return own;
  const each = steps ?? own.value.steps;
  const totalSteps = each === undefined ? undefined : each * plan.runs.length;
  const notes = [...plan.notes, ...commandNotes(choice, plan.runs, steps)];
  return succeed({ plan: { ...plan, notes }, choice, steps, totalSteps });
}

type SeveralRequest = Exclude<AblationRequest, ReadyAblationRequest | WeightAblationRequest>;

/** A request of a kind that makes several variants, or a named set of requests. */
function* planSeveral(
  { config, found, request }: AskedExperiment<SeveralRequest>,
  shared: Shared,
): InTurns<Result<PlannedExperiment>> {
  const task = trainingTask(config, found);
  const variants = variantsOf(subjectOf(config, found), request, found);
  if (!variants.ok) return variants;
  const title = request.kind === 'named' ? request.name : requestTitle(request);
  const input = { ...shared, title };
  const planned = task
    ? yield* planOfTask(task, variants.value, input)
    : yield* planOfCommand(config, variants.value, input);
  const halving = 'halving' in request ? request.halving : undefined;
  return planned.ok && halving ? withHalving(planned.value, halving, found) : planned;
}

/** What requests may vary of a config. */
export function subjectOf(config: ConfigFile, found: FoundProject | undefined): RequestSubject {
  const task = trainingTask(config, found);
  return {
    terms: config.terms.map(toWeightedTerm),
    choices: task ? taskChoicesOf(config) : undefined,
    ready: task?.ablations ?? [],
  };
}

function variantsOf(
  subject: RequestSubject,
  request: SeveralRequest,
  found: FoundProject | undefined,
): Result<readonly KindVariant[]> {
  if (request.kind !== 'named') return requestVariants(subject, request);
  const sets = found?.project?.ablation?.sets ?? {};
  const members = Object.hasOwn(sets, request.name) ? sets[request.name] : undefined;
  return members
    ? setVariants(subject, request.name, members)
    : fail(noSuchSet(request.name, Object.keys(sets)));
}

type Titled = Shared & { readonly title: string };

/** Every variant is checked by the task as its config would be. */
function* planOfTask(
  task: TaskOutline,
  variants: readonly KindVariant[],
  input: Titled,
): InTurns<Result<PlannedExperiment>> {
  const changes = asKeyChanges(variants, input.terms);
  if (!changes.ok) return changes;
  const ready = { title: input.title, variants: changes.value };
  const plan = yield* planReadyAblation({ ...input, ready, complete: completedBy(task) });
  if (!plan.ok) return plan;
  const { totalSteps, isEven } = plan.value;
  const uneven = isEven ? {} : { isUneven: true as const };
  return succeed({
    ...uneven,
    plan: plan.value,
    choice: input.choice,
    steps: undefined,
    totalSteps,
  });
}

function* planOfCommand(
  config: ConfigFile,
  variants: readonly KindVariant[],
  input: Titled,
): InTurns<Result<PlannedExperiment>> {
  const plan = yield* planWeightVariants({ ...input, variants });
  return plan.ok ? withOwnSteps(config, input, plan.value) : plan;
}

function withHalving(
  planned: PlannedExperiment,
  asked: HalvingRequest,
  found: FoundProject | undefined,
): Result<PlannedExperiment> {
  const { plan, totalSteps } = planned;
  if (planned.isUneven) {
    return fail('Variants of other lengths cannot be stopped early by how they stand at one step.');
  }
  const halving = planHalving({
    asked,
    metrics: found?.project?.ablation?.metrics ?? [],
    variants: plan.variants.length - 1,
    steps: totalSteps === undefined ? undefined : totalSteps / plan.runs.length,
  });
  if (!halving.ok) return halving;
  if (halving.value.rungs.length > 0) return succeed({ ...planned, halving: halving.value });
  const note = `${plan.variants.length - 1} variants are too few to stop some early: all run to the end.`;
  return succeed({ ...planned, plan: { ...plan, notes: [...plan.notes, note] } });
}

function noSuchSet(name: string, all: readonly string[]): string {
  return all.length === 0
    ? `There is no set "${name}": counterweight.yaml names none in ablation.sets.`
    : `There is no set "${name}" in ablation.sets of counterweight.yaml; there are ${all.join(', ')}.`;
}

function* planReady(
  { config, found, request }: AskedExperiment<ReadyAblationRequest>,
  shared: Shared,
): InTurns<Result<PlannedExperiment>> {
  const all = readyAblationsOf(config, found);
  const ready = all.find(({ name }) => name === request.name);
  const { task } = config;
  if (!ready || !task) return fail(noSuchExperiment(request.name, shared.configName, all));
  const wanted = shared.steps;
  // An experiment about the number of steps is no longer one where all arms have the same.
  const isAboutSteps = setsSteps(ready);
  const steps = isAboutSteps ? undefined : (wanted ?? shorterSteps(ready, config));
  const plan = yield* planReadyAblation({ ...shared, ready, complete: completedBy(task), steps });
  if (!plan.ok) return plan;
  const { totalSteps, notes } = plan.value;
  const note = `The variants differ in their steps, so the ${wanted} that were asked for are not used.`;
  const said = isAboutSteps && wanted !== undefined ? [...notes, note] : notes;
  return succeed({
    plan: { ...plan.value, notes: said },
    choice: shared.choice,
    steps: undefined,
    totalSteps,
    ready: { question: ready.question, ...metricsOf(ready) },
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
