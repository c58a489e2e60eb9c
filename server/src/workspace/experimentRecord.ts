import { fail, type Result, succeed } from '../base/result.ts';
import type { AblationRecord } from '../model/ablation.ts';
import { isFinalState, type RunId, runIdSchema } from '../model/run.ts';
import type { AskedExperiment, PlannedExperiment } from './planExperiment.ts';
import { recordedPath } from './runFolder.ts';

/** What is asked for, with the config as it stands. */
export interface ExperimentRequest extends AskedExperiment {
  readonly workspaceFolder: string;
}

/** The record of an experiment whose runs all wait. */
export function newRecord(
  { workspaceFolder, config, request, found }: ExperimentRequest,
  { plan, ready, halving }: PlannedExperiment,
  id: string,
  now: number,
): AblationRecord {
  const project = found?.project;
  return {
    schema: 1,
    id,
    config: recordedPath(workspaceFolder, config.path),
    title: plan.title,
    request,
    ...(ready ? { question: ready.question, leading: [...(ready.metrics ?? [])] } : {}),
    ...(plan.notes.length === 0 ? {} : { notes: [...plan.notes] }),
    terms: config.terms.flatMap(({ name, weight }) =>
      weight === undefined ? [] : [{ name, weight }],
    ),
    ...(project?.ablation?.metrics ? { metrics: project.ablation.metrics } : {}),
    ...(project ? { project: { terms: project.terms, total: project.total } } : {}),
    ...(halving ? { halving } : {}),
    variants: [...plan.variants],
    runs: plan.runs.map(({ variant, seed }) => ({
      ...{ runId: armId(id, variant, seed), variant, seed },
      state: 'queued',
    })),
    createdAt: now,
    state: 'running',
  };
}

/** The record of an experiment that goes on: what has not finished waits, unless it has no hope. */
export function goingOn(
  { reason: _, ...record }: AblationRecord,
  runs: readonly AblationRecord['runs'][number][],
): AblationRecord {
  const stopped = new Set(record.stopped);
  const waiting = runs.map((arm) =>
    arm.state === 'finished' || stopped.has(arm.runId) ? arm : { ...arm, state: 'queued' as const },
  );
  return { ...record, runs: waiting, state: 'running' };
}

/** How an experiment ended, by its arms that have all ended. */
export function overallState(
  arms: AblationRecord['runs'],
  stopped: readonly string[],
): Result<AblationRecord['state'], 'going on'> {
  const counted = arms.filter(({ runId }) => !stopped.includes(runId));
  if (arms.some(({ state }) => !isFinalState(state))) return fail('going on');
  // Cancelled beats failed: whoever stops an experiment does not want to hear of faults.
  const order = ['cancelled', 'crashed', 'failed'] as const;
  const worst = order.find((state) => counted.some((arm) => arm.state === state));
  return succeed(worst ?? 'finished');
}

/** Names of the arms' folders: safe, each another than the others. */
function armId(experiment: string, variant: string, seed: number): RunId {
  return runIdSchema.parse(`${experiment}-${variant}-s${seed}`);
}
