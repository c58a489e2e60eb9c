import type { ExperimentPlan } from '#protocol/experimentPlan';

/** More runs than these are started only when the user has seen what they take. */
const fewRuns = 20;
/** So many variants are named in a dialog. */
const named = 12;

/** Whether there is more to see than the one change that the user has just asked for. */
export function needsLook({ runs, variants }: ExperimentPlan): boolean {
  return runs > fewRuns || variants.length > 1;
}

/** What a dialog says below the title. */
export function planDetail({ question, lines, variants }: ExperimentPlan): string {
  const labels = variants.map(({ label }) => label);
  const rest = labels.length - named;
  const more = rest > 0 ? `, and ${rest} more` : '';
  const against = `The config as it is, against: ${labels.slice(0, named).join('; ')}${more}.`;
  return [...(question === undefined ? [] : [question]), against, ...lines].join('\n\n');
}

/** The whole plan, with what differs in the config of each variant. */
export function planText({ title, question, lines, variants }: ExperimentPlan): string {
  const head = [title, ...(question === undefined ? [] : [question]), ...lines].join('\n');
  return `${[head, ...variants.map(({ label, diff }) => `# ${label}\n${diff.trimEnd()}`)].join('\n\n')}\n`;
}
