import type { RunSummary } from '#protocol/runs';
import { describeFigures, isFinal } from '../progress/progressText.ts';

/** Icons of VS Code by the state of a run; `watched` for logs whose state nobody tells. */
export const stateIcons: Readonly<Record<string, string>> = {
  queued: 'clock',
  running: 'play-circle',
  finished: 'pass',
  cancelled: 'circle-slash',
  failed: 'error',
  crashed: 'zap',
  watched: 'eye',
};

/** The state as the icons and menus name it. */
export function stateOf(run: RunSummary): string {
  return run.state ?? 'watched';
}

/** What stands behind the name of a run in the list. */
export function runDescription(run: RunSummary): string {
  const figures = describeFigures({ step: run.step, steps: run.steps, loss: run.loss });
  // The icon turns while it runs: the word would only take the room of the figures.
  return [run.state === 'running' ? '' : (run.state ?? ''), figures].filter(Boolean).join(' · ');
}

/** Decides which commands a run offers: only what lives can be cancelled. */
export function runContext(run: RunSummary): string {
  return run.state !== undefined && !isFinal(run.state) ? 'run.live' : 'run.ended';
}

/** The tooltip of a run, in Markdown; whatever comes from logs is escaped. */
export function runTooltip(run: RunSummary): string {
  const { backend, backendReason, reason, skipped } = run;
  const figures = describeFigures({ step: run.step, steps: run.steps, loss: run.loss });
  const rows: readonly (readonly [string, string])[] = [
    ['State', run.state ?? 'not known: these logs are written by another program'],
    ['Steps', figures],
    ['Backend', [backend, backendReason].filter(Boolean).join(': ')],
    ['Points', String(run.points)],
    ['Why', reason ?? ''],
    ['Skipped', skipped.count === 0 ? '' : skippedText(skipped)],
    ['Path', run.path],
  ];
  const lines = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`);
  return [`**${escapeMarkdown(run.name)}**`, '', ...lines].join('\n');
}

/** Makes a text stand for itself in Markdown, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, (character) => `\\${character}`);
}

function skippedText({ count, examples }: RunSummary['skipped']): string {
  const parts = count === 1 ? '1 part that could not be read' : `${count} parts not readable`;
  return examples.length === 0 ? parts : `${parts}, such as ${examples.slice(0, 3).join('; ')}`;
}
