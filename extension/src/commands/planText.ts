import type { ExperimentPlan } from '#protocol/experimentPlan';

/** More runs than these are started only when the user has seen what they take. */
const fewRuns = 20;
/** What takes longer is started only then, too: ten minutes are a pause, an hour is a decision. */
const shortSeconds = 600;
/** So many variants are named in a dialog. */
const named = 12;
/** Of so many variants a dialog shows what differs. */
const shown = 3;
/** So many lines of each. */
const shownLines = 8;

/**
 * Whether there is more to see than the one change that the user has just asked for: several variants,
 * many runs, a long time, or a time that nobody knows because no run of the user's own program has
 * finished yet. The built-in tasks take seconds to minutes.
 */
export function needsLook({ runs, variants, seconds, isOwn }: ExperimentPlan): boolean {
  const isShort = seconds === undefined ? !isOwn : seconds <= shortSeconds;
  return runs > fewRuns || variants.length > 1 || !isShort;
}

/** What a dialog says below the title. */
export function planDetail({ question, lines, variants }: ExperimentPlan): string {
  const labels = variants.map(({ label }) => label);
  const rest = labels.length - named;
  const more = rest > 0 ? `, and ${rest.toLocaleString('en')} more` : '';
  const against = `The config as it is, against: ${labels.slice(0, named).join('; ')}${more}.`;
  const texts = variants.length > shown ? [] : variants.flatMap((one) => changesOf(one, variants));
  return [...(question === undefined ? [] : [question]), against, ...texts, ...lines].join('\n\n');
}

/** What differs in a variant, below its name where there are others. */
function changesOf(
  { label, diff }: ExperimentPlan['variants'][number],
  all: ExperimentPlan['variants'],
): readonly string[] {
  const text = changedLines(diff);
  if (text === '') return [];
  return [all.length > 1 ? `${label}:\n${text}` : text];
}

/** The lines that a unified diff takes away and brings in; a dialog's font keeps no columns. */
function changedLines(diff: string): string {
  const lines = diff
    .split(/\r?\n/)
    .filter((line) => /^[-+](?![-+]{2} )/.test(line))
    .map((line) => `${line.slice(0, 1)} ${line.slice(1).trim()}`);
  const rest = lines.length - shownLines;
  const more = rest > 0 ? [`… and ${rest} more lines`] : [];
  return [...lines.slice(0, shownLines), ...more].join('\n');
}

/** The whole plan, with what differs in the config of each variant. */
export function planText({ title, question, lines, variants }: ExperimentPlan): string {
  const head = [title, ...(question === undefined ? [] : [question]), ...lines].join('\n');
  return `${[head, ...variants.map(({ label, diff }) => `# ${label}\n${diff.trimEnd()}`)].join('\n\n')}\n`;
}
