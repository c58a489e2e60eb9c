import { type InTurns, mapInTurns } from '../../../base/turns.ts';
import type { AblationReport, ReportMeasure, ReportRow } from '../../../model/ablation.ts';
import { isFinalState } from '../../../model/run.ts';
import { formatInterval, formatNumber, formatSigned } from '../wording.ts';

/** The judgements in words; of the others there is nothing to say. */
const words: Readonly<Partial<Record<ReportMeasure['judgement'], string>>> = {
  better: 'better',
  worse: 'worse',
  different: 'different',
  same: 'same',
  unclear: 'not clear',
};

/** So many variants, the baseline among them, stand side by side; more stand one below the other. */
const mostColumns = 3;

/**
 * The report as a Markdown document, for a lab book or an issue. Pure. A turn is one variant or one run in
 * a table.
 */
export function* reportMarkdown(report: AblationReport): InTurns<string> {
  const { rows, runs, verdict } = report;
  const ended = runs.filter(({ state }) => isFinalState(state)).length;
  const hasCurves = rows.some(({ cells }) => cells.some(({ curve }) => curve !== undefined));
  const end = yield* metricsTable(report, (cell) => cell);
  const sections = [
    `# ${escapeText(report.title)}`,
    `Config: ${code(report.config)} · state: ${report.state} · ${ended} of ${runs.length} runs ended`,
    ...(report.question === undefined ? [] : [escapeText(report.question)]),
    ...(verdict.length === 0
      ? []
      : ['## Verdict', verdict.map((line) => `- ${escapeText(line)}`).join('\n')]),
    ...(rows.length === 0 ? [] : ['## Metrics', 'Means over the last tenth of the steps.', end]),
    ...(hasCurves
      ? [
          '## Metrics over the curve',
          'Means over all steps.',
          yield* metricsTable(report, ({ curve }) => curve),
        ]
      : []),
    ...(yield* intervalSections(report)),
    ...(rows.length === 0
      ? []
      : [
          '## Why these metrics',
          rows.map((row) => `- ${code(row.metric)}: ${escapeText(row.reason)}`).join('\n'),
        ]),
    ...(yield* diffSections(report)),
    '## Runs',
    yield* runsTable(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

type Pick = (cell: ReportRow['cells'][number]) => ReportMeasure | undefined;

function* metricsTable({ variants, rows }: AblationReport, pick: Pick): InTurns<string> {
  const cells = new Map(rows.map((row) => [row, cellsOf(row)]));
  const textOf = (row: ReportRow, id: string): string => {
    const cell = cells.get(row)?.get(id);
    const measure = cell && pick(cell);
    return measure ? measureText(measure) : '';
  };
  if (variants.length > mostColumns) {
    const heads = rows.map((row) => [row.metric, betterText(row)].filter(Boolean).join(', '));
    const lines = yield* mapInTurns(variants, ({ id, label }) => [
      escapeText(label),
      ...rows.map((row) => textOf(row, id)),
    ]);
    return table(['variant', ...heads], lines);
  }
  return table(
    ['metric', 'better', ...variants.map(({ label }) => label)],
    rows.map((row) => [
      code(row.metric),
      row.better === 'unknown' ? '' : row.better,
      ...variants.map(({ id }) => textOf(row, id)),
    ]),
  );
}

/** The cells of a metric by the ids of their variants, of which there may be a thousand. */
function cellsOf({ cells }: ReportRow): ReadonlyMap<string, ReportRow['cells'][number]> {
  return new Map(cells.map((cell) => [cell.variant, cell]));
}

/** `0.52 (+0.12 [+0.05, +0.19], worse)`. */
function measureText({ mean, values, difference, interval, judgement }: ReportMeasure): string {
  // None where no run has ended with it, NaN where one has ended so.
  const value = values.length === 0 ? '–' : formatNumber(mean, 4);
  if (difference === undefined) return value;
  const change = [formatSigned(difference, 3), ...(interval ? [formatInterval(interval)] : [])];
  const word = words[judgement];
  return `${value} (${[change.join(' '), ...(word === undefined ? [] : [word])].join(', ')})`;
}

/** Both intervals of each comparison, at the end of the runs, with the p of the test. */
function* intervalSections({ variants, rows }: AblationReport): InTurns<readonly string[]> {
  const lines: (readonly string[])[] = [];
  for (const row of rows) {
    const cells = cellsOf(row);
    const ofRow = yield* mapInTurns(variants, ({ id, label }) =>
      intervalLine(row, label, cells.get(id)),
    );
    lines.push(...ofRow.filter((line) => line.length > 0));
  }
  if (lines.length === 0) return [];
  const heads = [
    'metric',
    'variant',
    'difference',
    'paired t, 95 %',
    'bootstrap, 95 %',
    'p (Holm)',
  ];
  return ['## Intervals', table(heads, lines)];
}

/** Empty where nothing is compared. */
function intervalLine(
  { metric }: ReportRow,
  label: string,
  cell: ReportMeasure | undefined,
): readonly string[] {
  if (cell?.difference === undefined || !cell.interval) return [];
  const { difference, interval, bootstrap, adjusted } = cell;
  return [
    ...[code(metric), escapeText(label), formatSigned(difference, 3)],
    ...[formatInterval(interval), bootstrap ? formatInterval(bootstrap) : '–'],
    formatNumber(adjusted ?? 1, 2),
  ];
}

function betterText({ better }: ReportRow): string {
  return better === 'unknown' ? '' : `${better} is better`;
}

function* diffSections({ variants }: AblationReport): InTurns<readonly string[]> {
  const changed = variants.filter(({ diff }) => diff.trim() !== '');
  if (changed.length === 0) return [];
  const sections = yield* mapInTurns(
    changed,
    ({ label, diff }) => `### ${escapeText(label)}\n\n${fence(diff)}`,
  );
  return ['## Changes to the config', ...sections];
}

function* runsTable({ variants, runs }: AblationReport): InTurns<string> {
  const labels = new Map(variants.map(({ id, label }) => [id, label]));
  const lines = yield* mapInTurns(runs, ({ variant, seed, runId, state, reason }) => [
    ...[escapeText(labels.get(variant) ?? variant), String(seed), code(runId)],
    ...[state, escapeText(reason ?? '')],
  ]);
  return table(['variant', 'seed', 'run', 'state', 'reason'], lines);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads.map(escapeText)), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A fence longer than any row of backticks inside. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}diff\n${text.trimEnd()}\n${mark}`;
}

function code(text: string): string {
  const clean = text.replaceAll('`', "'").replaceAll('|', '\\|').replace(/\s+/g, ' ');
  return `\`${clean}\``;
}

/** Makes a text stand for itself in a line or a cell; figures keep their dots and signs. */
function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
