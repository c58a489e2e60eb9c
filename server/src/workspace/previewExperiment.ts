import { type ExpectedCost, expectCost } from '../ablation/cost.ts';
import { baselineId } from '../ablation/variantIds.ts';
import { neverCancelled } from '../base/cancellation.ts';
import { type Result, succeed } from '../base/result.ts';
import { inTurns } from '../base/turns.ts';
import type { AblationRequest } from '../model/ablationRequest.ts';
import type { ExperimentPlan } from '../protocol/experimentPlan.ts';
import { isTaskModule } from '../training/userTask/taskModuleName.ts';
import type { ConfigView } from './configView.ts';
import type { EngineChoice } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import type { KnownRun } from './knownRun.ts';
import { type PlannedExperiment, planInTurns } from './planExperiment.ts';
import { readProgram } from './programSource.ts';
import { measureRuns } from './runFacts.ts';

/** So many seeds are named. */
const shownSeeds = 10;

export interface PreviewInput {
  readonly files: WorkspaceFiles;
  readonly view: Pick<ConfigView, 'file' | 'found' | 'runs'>;
  readonly request: AblationRequest;
  /** The backend that the user has set, or `auto`. */
  readonly backend: string;
}

/** What an experiment would run and take, or in words why it cannot be done. Starts nothing. */
export async function previewExperiment(input: PreviewInput): Promise<Result<ExperimentPlan>> {
  const { files, view, request, backend } = input;
  const { file, found } = view;
  const program = await readProgram(files, file, found);
  const asked = { config: file, found, request, program };
  const planned = await inTurns(planInTurns(asked), neverCancelled);
  if (!planned.ok) return planned;
  const { plan, totalSteps, ready, choice } = planned.value;
  const facts = await measureRuns(files, view.runs);
  const cost = expectCost(facts, {
    runs: plan.runs.length,
    totalSteps,
    atOnce: atOnce(choice),
  });
  return succeed({
    title: plan.title,
    ...(ready ? { question: ready.question } : {}),
    runs: plan.runs.length,
    ...(cost.seconds === undefined ? {} : { seconds: cost.seconds }),
    isOwn: choice.engine === 'command' || isTaskModule(choice.task),
    lines: [
      runsLine(planned.value),
      costLine(cost, planned.value, view.runs),
      deviceLine(planned.value, view.runs, backend),
      ...(planned.value.overrides ? [planned.value.overrides.reason] : []),
      ...halvingLines(planned.value),
      ...plan.notes,
    ],
    variants: plan.variants
      .filter(({ id }) => id !== baselineId)
      .map(({ id, label }) => ({ label, diff: plan.diffs.get(id) ?? '' })),
  });
}

/** How many runs there are at a time on this machine; how many on a cluster is not known. */
function atOnce(choice: EngineChoice): number {
  return choice.engine === 'command' && !choice.slurm ? (choice.gpus?.length ?? 1) : 1;
}

/** `4 configs × 3 seeds (0, 1, 2): 12 runs of 900 steps.` */
function runsLine({ plan, totalSteps }: PlannedExperiment): string {
  const seeds = [...new Set(plan.runs.map(({ seed }) => seed))];
  const { length } = plan.runs;
  const each = totalSteps === undefined ? undefined : totalSteps / length;
  const steps =
    each === undefined
      ? 'as long as the program runs'
      : Number.isInteger(each)
        ? `of ${count(each, 'step')}`
        : `of ${count(Math.round(each), 'step')} on average`;
  const [configs, matched] = [count(plan.variants.length, 'config'), count(seeds.length, 'seed')];
  return `${configs} × ${matched} (${seedsText(seeds)}): ${count(length, 'run')} ${steps}.`;
}

/** `0, 1, 2`; of many the first and the last. */
function seedsText(seeds: readonly number[]): string {
  return seeds.length <= shownSeeds ? seeds.join(', ') : `${seeds[0]} … ${seeds.at(-1)}`;
}

function costLine(
  { seconds, bytes, basis }: ExpectedCost,
  { halving, choice }: PlannedExperiment,
  runs: readonly KnownRun[],
): string {
  if (seconds === undefined) {
    const failed = runs.filter(({ record }) => record?.state === 'failed').length;
    const others = failed === 0 ? '' : ` (${failed} failed)`;
    return `No run of this config has finished yet${others}, so how long it takes is not known.`;
  }
  const disk = bytes === undefined ? '' : ` and ${bytesText(bytes)} on disk`;
  const bound = halving ? 'At most ' : 'About ';
  const kind = choice.engine === 'command' && choice.slurm ? ' of computing' : '';
  return `${bound}${durationText(seconds)}${kind}${disk}, by ${count(basis, 'finished run')} of this config.`;
}

function deviceLine(
  { choice }: PlannedExperiment,
  runs: readonly KnownRun[],
  backend: string,
): string {
  if (choice.engine === 'command') {
    if (choice.slurm) return `On the Slurm cluster, by the command ${choice.command.join(' ')}.`;
    return `By the command ${choice.command.join(' ')}, ${placeOf(choice)}.`;
  }
  if (backend !== 'auto') return `On the backend ${backend}, as it is set.`;
  const last = runs.find(({ record }) => record?.backend !== undefined)?.record?.backend;
  const before = last === undefined ? '' : `; the last run had ${last}`;
  return `On the fastest backend that works here${before}.`;
}

function placeOf({ gpus, env }: Extract<EngineChoice, { engine: 'command' }>): string {
  if (gpus && gpus.length > 0) return `on the GPUs ${gpus.join(', ')}, one run on each at a time`;
  const devices = env.CUDA_VISIBLE_DEVICES;
  const seen = devices === undefined ? '' : ` with CUDA_VISIBLE_DEVICES=${devices}`;
  return `on this machine${seen}, one run after the other`;
}

function halvingLines({ halving, plan }: PlannedExperiment): readonly string[] {
  if (!halving) return [];
  const { metric, better, rungs } = halving;
  const looks = rungs.map(({ step, keep }) => {
    const kept = keep === 1 ? 'best one goes' : `best ${keep} go`;
    return `the ${kept} on from step ${step.toLocaleString('en')}`;
  });
  const seed = plan.runs[0]?.seed ?? 0;
  return [
    `Variants without hope are stopped early, by ${metric} (${better} is better) with seed ${seed}: ${looks.join(', then ')}.`,
  ];
}

/** An estimate is told no more exactly than it is. */
function durationText(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes < 1) return 'a minute';
  if (minutes < 90) return count(Math.round(minutes), 'minute');
  const hours = minutes / 60;
  return hours < 48
    ? count(Number(hours.toPrecision(2)), 'hour')
    : count(Math.round(hours / 24), 'day');
}

function bytesText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1) return '1 MiB';
  if (mebibytes < 1024) return `${Math.ceil(mebibytes)} MiB`;
  return `${Number((mebibytes / 1024).toPrecision(2))} GiB`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
