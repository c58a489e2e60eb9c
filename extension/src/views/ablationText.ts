import type { AblationSummary } from '#protocol/ablation';
import { isFinal } from '../progress/progressText.ts';
import { escapeMarkdown } from './runText.ts';

/** What stands behind the title of an ablation in the list. */
export function ablationDescription({ state, runs }: AblationSummary): string {
  const done = runs.filter((run) => isFinal(run.state)).length;
  return state === 'running' ? `run ${Math.min(done + 1, runs.length)} of ${runs.length}` : state;
}

/** Decides which commands an ablation offers. */
export function ablationContext({ state }: AblationSummary): string {
  return isFinal(state) ? 'ablation.ended' : 'ablation.live';
}

/** The tooltip of an ablation, in Markdown. */
export function ablationTooltip(ablation: AblationSummary): string {
  const { title, reason, runs } = ablation;
  const lines = runs.map(
    (run) => `- ${escapeMarkdown(run.variant)}, seed ${run.seed}: ${run.state}`,
  );
  const why = reason === undefined ? [] : ['', escapeMarkdown(reason)];
  return [`**${escapeMarkdown(title)}**`, '', ...lines, ...why].join('\n');
}
