import type { AblationSummary, QueueSummary } from '#protocol/ablation';
import type { RunSummary } from '#protocol/runs';
import {
  describeFigures,
  describeTimeLeft,
  firstCharacters,
  isFinal,
  splitTitle,
} from '../progress/progressText.ts';
import { escapeMarkdown } from './runText.ts';

/** A run of an ablation, as its line in the list knows it. */
export type AblationArm = AblationSummary['runs'][number];

/** What stands behind the name of an ablation in the list: how it stands first, for the view is narrow. */
export function ablationDescription(
  ablation: AblationSummary,
  queue: Pick<QueueSummary, 'paused'>,
): string {
  const parts = [describeStanding(ablation, queue), splitTitle(ablation.title).rest];
  return parts.filter((part) => part !== '').join(' · ');
}

function describeStanding(
  ablation: AblationSummary,
  { paused }: Pick<QueueSummary, 'paused'>,
): string {
  const { state, runs, rank, secondsLeft } = ablation;
  const done = runs.filter((run) => isFinal(run.state)).length;
  if (isFinal(state)) return describeEnd(ablation);
  if (ablation.elsewhere) return `${done} of ${runs.length} runs · in another window`;
  const runsNow = runs.some((run) => run.state === 'running');
  const before = rank ? `, ${rank} before it` : '';
  const begun = runs.some((run) => run.state !== 'queued');
  const runsLeft = `${runs.length - done} of ${runs.length} runs left`;
  if (paused && !runsNow) return `paused${before} · ${runsLeft}`;
  if (!begun) return `waits${before}`;
  // It was moved behind another one when some of its runs had ended.
  if (before !== '' && !runsNow) return `waits${before} · ${runsLeft}`;
  const place = `run ${Math.min(done + 1, runs.length)} of ${runs.length}`;
  const left = paused ? 'then paused' : describeTimeLeft(secondsLeft);
  return [place, left].filter((part) => part !== '').join(' · ');
}

/** What stands behind the name of a run of an ablation: how far it is, or why it failed. */
export function armDescription({ state }: AblationArm, run: RunSummary | undefined): string {
  const figures = run ? describeFigures({ ...run, backend: undefined }) : '';
  if (state === 'running') return figures || 'starting';
  const why = run?.reason === undefined ? '' : firstCharacters(run.reason, 80);
  return [state, state === 'finished' ? '' : why].filter((part) => part !== '').join(' · ');
}

function describeEnd({ state, runs, canGoOn }: AblationSummary): string {
  const left = runs.filter((run) => run.state !== 'finished').length;
  return canGoOn ? `${state} · ${left} of ${runs.length} runs left` : state;
}

/** The state that its icon shows: one that runs nowhere now waits for its turn. */
export function ablationIconState({ state, elsewhere, runs }: AblationSummary): string {
  const waits = !(isFinal(state) || elsewhere || runs.some((run) => run.state === 'running'));
  return waits ? 'queued' : state;
}

/** Decides which commands an ablation offers. */
export function ablationContext({ state, elsewhere, canGoOn }: AblationSummary): string {
  if (elsewhere) return 'ablation.elsewhere';
  if (!isFinal(state)) return 'ablation.live';
  return canGoOn ? 'ablation.unfinished' : 'ablation.ended';
}

/** Runs of the tooltip; the list has all of them. */
const shownRuns = 20;

/** The tooltip of an ablation, in Markdown. */
export function ablationTooltip(ablation: AblationSummary): string {
  const { title, reason, runs } = ablation;
  const lines = runs
    .slice(0, shownRuns)
    .map((run) => `- ${escapeMarkdown(run.label)}, seed ${run.seed}: ${run.state}`);
  const more = runs.length - shownRuns;
  const rest = more > 0 ? [`- and ${more} more`] : [];
  const why = reason === undefined ? [] : ['', escapeMarkdown(reason)];
  return [`**${escapeMarkdown(title)}**`, '', ...lines, ...rest, ...why].join('\n');
}

/** What stands above the list while the queue is paused. */
export function queueMessage({ paused, waiting, running }: QueueSummary): string | undefined {
  if (!paused) return undefined;
  if (waiting + running === 0) return 'The queue is paused: what is started now will wait.';
  const waits = waiting === 1 ? '1 run waits' : `${waiting} runs wait`;
  const goesOn = running === 0 ? '' : `, ${running} still ${running === 1 ? 'goes' : 'go'} on`;
  return `The queue is paused: ${waits}${goesOn}.`;
}
