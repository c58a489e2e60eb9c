import { betterText, cellText } from './cellText.ts';
import { hasManyVariants, labelOf, progressOf, type Report, type ReportRow } from './state.ts';

/** The report as a Markdown document. Pure. */
export function reportMarkdown(report: Report): string {
  const { done, total } = progressOf(report);
  const sections = [
    `# ${escapeText(report.title)}`,
    `Config: ${code(report.config)} · state: ${report.state} · ${done} of ${total} runs ended`,
    ...(report.question === undefined ? [] : [escapeText(report.question)]),
    ...(report.verdict.length === 0
      ? []
      : ['## Verdict', report.verdict.map((line) => `- ${escapeText(line)}`).join('\n')]),
    ...(report.rows.length === 0 ? [] : ['## Metrics', metricsTable(report)]),
    ...diffSections(report),
    '## Runs',
    runsTable(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function metricsTable(report: Report): string {
  if (hasManyVariants(report)) return tableByVariant(report);
  const heads = ['metric', 'better', ...report.variants.map(({ label }) => label)];
  return markdownTable(
    heads,
    report.rows.map((row) => [
      code(row.metric),
      row.better === 'unknown' ? '' : (betterText(row).split(' ')[0] ?? ''),
      ...report.variants.map(({ id }) => cellOf(row, id)),
    ]),
  );
}

function tableByVariant({ variants, rows }: Report): string {
  const heads = rows.map((row) => [row.metric, betterText(row)].filter(Boolean).join(', '));
  return markdownTable(
    ['variant', ...heads],
    variants.map(({ id, label }) => [escapeText(label), ...rows.map((row) => cellOf(row, id))]),
  );
}

function cellOf(row: ReportRow, variant: string): string {
  const cell = row.cells.find((candidate) => candidate.variant === variant);
  if (!cell) return '';
  const { mean, difference, word } = cellText(row, cell);
  const change = [difference, word].filter((part) => part !== '').join(', ');
  return change === '' ? mean : `${mean} (${change})`;
}

function diffSections(report: Report): readonly string[] {
  const changed = report.variants.filter(({ diff }) => diff.trim() !== '');
  if (changed.length === 0) return [];
  return [
    '## Changes to the config',
    ...changed.map(({ label, diff }) => `### ${escapeText(label)}\n\n${fence(diff)}`),
  ];
}

function runsTable(report: Report): string {
  return markdownTable(
    ['variant', 'seed', 'run', 'state', 'reason'],
    report.runs.map(({ variant, seed, runId, state, reason }) => [
      escapeText(labelOf(report, variant)),
      String(seed),
      code(runId),
      state,
      escapeText(reason ?? ''),
    ]),
  );
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
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
