import { explainBackend } from '#protocol/backendNames';
import type { RunSummary } from '#protocol/runs';
import { describeFigures, firstCharacters, isFinal } from '../progress/progressText.ts';

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

/** Runs of ours begin with when they were made, in UTC: `20261121-074512-train`. */
const stampedName = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(.+)$/;

/** How a run is called in the list, which is narrow: what tells it from others comes first. */
export function runLabel({ name, state }: RunSummary): string {
  return (state && stampedName.exec(name)?.[7]) ?? name;
}

/** The time of day at which a run of ours was made; '' of others. */
function madeAt({ name, state }: RunSummary): string {
  const [, year, month, day, hours, minutes, seconds] = (state && stampedName.exec(name)) || [];
  if (seconds === undefined) return '';
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** What stands behind the name of a run in the list. */
export function runDescription(run: RunSummary): string {
  const figures = describeFigures({ step: run.step, steps: run.steps, loss: run.loss });
  // The icon turns while it runs: the word would only take the room of the figures.
  const [first] = run.notices ?? [];
  const notice = first === undefined ? '' : `⚠ ${firstCharacters(first, 60)}`;
  const state = run.state === 'running' ? '' : (run.state ?? '');
  return [madeAt(run), state, figures, notice].filter(Boolean).join(' · ');
}

/** Decides which commands a run offers: what lives can be cancelled, what has a checkpoint resumed. */
export function runContext({ state, resumableFrom }: RunSummary): string {
  if (state !== undefined && !isFinal(state)) return 'run.live';
  return resumableFrom === undefined ? 'run.ended' : 'run.resumable';
}

/** The tooltip of a run, in Markdown; whatever comes from logs is escaped. */
export function runTooltip(run: RunSummary): string {
  const { backend, backendReason, reason, skipped, notices = [], resumableFrom } = run;
  const figures = describeFigures({ step: run.step, steps: run.steps, loss: run.loss });
  const rows: readonly (readonly [string, string])[] = [
    ['State', run.state ?? 'not known: these logs are written by another program'],
    ['Steps', figures],
    ['Backend', backend === undefined ? '' : explainBackend(backend)],
    ...backendRows(backendReason ?? ''),
    ['Points', String(run.points)],
    ['Why', reason ?? ''],
    [
      'Can be resumed',
      resumableFrom === undefined ? '' : `from step ${resumableFrom}, with the config as it was`,
    ],
    ...noticeRows(notices),
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

/** Why this backend, and a row for each reason why others were left out. */
function backendRows(reason: string): readonly (readonly [string, string])[] {
  const [own = '', ...others] = reason.split('\n');
  const leftOut = others.map((line) => ['Left out', line.replace(/^Not /, '')] as const);
  return [['Why this backend', own], ...leftOut];
}

/** The first notices; the rest are in the log. */
const shownNotices = 8;

function noticeRows(notices: readonly string[]): readonly (readonly [string, string])[] {
  const more = notices.length - shownNotices;
  return [
    ...notices.slice(0, shownNotices).map((notice) => ['Notice', notice] as const),
    ...(more > 0 ? [['Notices', `${more} more, in run.json and in the log`] as const] : []),
  ];
}

function skippedText({ count, examples }: RunSummary['skipped']): string {
  const parts = count === 1 ? '1 part that could not be read' : `${count} parts not readable`;
  return examples.length === 0 ? parts : `${parts}, such as ${examples.slice(0, 3).join('; ')}`;
}
