import type { ExperimentPlan } from '../../protocol/experimentPlan.ts';

/** What an experiment takes, a line each. */
export function writePlanHead({ title, question, lines }: ExperimentPlan): string {
  return `${[title, ...(question === undefined ? [] : [question]), ...lines].join('\n')}\n`;
}

/** The whole plan: what it takes, and what differs in the config of each variant. */
export function writePlan(plan: ExperimentPlan): string {
  const diffs = plan.variants.map(({ label, diff }) => `${label}\n${diff.trimEnd()}\n`);
  return [writePlanHead(plan), ...diffs].join('\n');
}
