import { expectCost } from '../ablation/cost.ts';
import type { ReadyExperiment } from '../protocol/readyExperiments.ts';
import type { ConfigView } from './configView.ts';
import { planExperiment, readyAblationsOf } from './planExperiment.ts';
import { factsOfRun } from './runFacts.ts';

/** The ready-made experiments of a config, each with what it would take. Starts nothing. */
export function listReadyExperiments(
  view: Pick<ConfigView, 'file' | 'found' | 'runs'>,
): readonly ReadyExperiment[] {
  const { file, found } = view;
  const facts = view.runs.flatMap((run) => factsOfRun(run) ?? []);
  return readyAblationsOf(file, found).map(({ name, title, question }): ReadyExperiment => {
    const request = { kind: 'ready' as const, name };
    const planned = planExperiment({ config: file, found, request });
    const words = { name, title, question };
    if (!planned.ok) return { ...words, variants: 0, runs: 0, problem: planned.error };
    const { plan, totalSteps } = planned.value;
    const runs = plan.runs.length;
    const { seconds } = expectCost(facts, { runs, totalSteps });
    return {
      ...words,
      variants: plan.variants.length,
      runs,
      ...(seconds === undefined ? {} : { seconds }),
    };
  });
}
