import type { ReadyExperiment } from '../protocol/readyExperiments.ts';
import type { ConfigView } from './configView.ts';
import type { KnownRun } from './knownRun.ts';
import { type PlannedExperiment, planExperiment, readyAblationsOf } from './planExperiment.ts';

/** The ready-made experiments of a config, each with what it would take. Starts nothing. */
export function listReadyExperiments(
  view: Pick<ConfigView, 'file' | 'found' | 'runs'>,
): readonly ReadyExperiment[] {
  const { file, found } = view;
  return readyAblationsOf(file, found).map(({ name, title, question }): ReadyExperiment => {
    const request = { kind: 'ready' as const, name };
    const planned = planExperiment({ config: file, found, request });
    const words = { name, title, question };
    if (!planned.ok) return { ...words, variants: 0, runs: 0, problem: planned.error };
    const { variants, runs } = planned.value.plan;
    const seconds = expectedSeconds(view.runs, planned.value);
    return {
      ...words,
      variants: variants.length,
      runs: runs.length,
      ...(seconds === undefined ? {} : { seconds }),
    };
  });
}

/** By the last run of this config that finished: its time a step, start included. */
function expectedSeconds(
  runs: readonly KnownRun[],
  { ready }: PlannedExperiment,
): number | undefined {
  const before = runs.map(secondsPerStep).find((seconds) => seconds !== undefined);
  return before === undefined || !ready ? undefined : ready.totalSteps * before;
}

function secondsPerStep({ record }: KnownRun): number | undefined {
  if (record?.state !== 'finished' || record.endedAt === undefined) return undefined;
  if (record.steps === undefined || record.engine !== 'task') return undefined;
  return (record.endedAt - record.startedAt) / 1000 / record.steps;
}
