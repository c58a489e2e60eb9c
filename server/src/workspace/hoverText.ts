import { explainBackend } from '../protocol/backendNames.ts';
import { type ConfigView, logPlaces, logProblemsNotice } from './configView.ts';
import type { Figure, TermInsight } from './insight.ts';
import { percent, plainNumber, signed, sparkline, weightText } from './wording.ts';

export interface HoverOptions {
  /** Whether the client draws images; otherwise the trend is drawn with letters. */
  readonly images: boolean;
  /** Rows about where the numbers come from, as (file, byte range). */
  readonly provenance: readonly string[];
}

/** The hover of a loss weight, as Markdown. Everything from logs and configs is escaped. */
export function hoverMarkdown(view: ConfigView, term: string, options: HoverOptions): string {
  const insight = view.insights.get(term);
  const found = view.file.terms.find(({ name }) => name === term);
  const weight = found?.weight === undefined ? '' : ` · weight ${weightText(found.weight)}`;
  const head = `**${escapeMarkdown(term)}**${weight}`;
  if (!insight) return `${head}\n\n${nothingYet(view, term)}`;
  return [
    head,
    staleNote(insight),
    trendOf(insight, options.images),
    // Editors that draw images draw tables too, with no room between the columns.
    tableOf(insight, options.images ? '&emsp;' : ''),
    ...insight.findings.map(
      ({ message, rule, name }) => `⚠ ${escapeMarkdown(message)} *(${rule} ${name})*`,
    ),
    originOf(view, insight, options.provenance),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function nothingYet(view: ConfigView, term: string): string {
  const { owner, found } = view;
  if (owner) {
    const named = found?.project?.terms?.[term]?.metric;
    const wanted =
      named === undefined ? '' : `, which \`counterweight.yaml\` says is logged as ${code(named)}`;
    return `The run ${escapeMarkdown(owner.name)} has logged nothing of this loss yet${wanted}.`;
  }
  const start = 'run the training, or name its logs in `counterweight.yaml` (`logs: [folder]`)';
  const unreadable = logProblemsNotice(view);
  const notice = unreadable === undefined ? '' : `\n\n⚠ ${escapeMarkdown(unreadable)}`;
  return `No run of this config yet: ${start}. ${logPlaces(view, code)}${notice}`;
}

function staleNote({ stale, weightThen }: TermInsight): string {
  if (!stale || weightThen === undefined) return '';
  return `*These figures are of a run with weight ${weightText(weightThen)}.*`;
}

function trendOf({ trend }: TermInsight, images: boolean): string {
  if (trend.length < 2) return '';
  if (!images) return `\`${sparkline(trend, 24)}\``;
  return `![loss over the run](data:image/svg+xml;base64,${Buffer.from(trendSvg(trend)).toString('base64')})`;
}

/** 240 × 40 pixels, readable on light and dark alike. */
function trendSvg(trend: readonly number[]): string {
  const finite = trend.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  let pen = 'M';
  const path = trend
    .map((value, index) => {
      if (!Number.isFinite(value)) {
        pen = 'M';
        return '';
      }
      const x = 2 + (index * 236) / (trend.length - 1);
      const y = 37 - ((value - low) / span) * 34;
      const part = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = 'L';
      return part;
    })
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="40"><path d="${path}" fill="none" stroke="#3b8eea" stroke-width="2"/></svg>`;
}

function tableOf(insight: TermInsight, gap: string): string {
  const { loss, gradient, gradientShare, contribution, valueShare, cosine, pairs, group } = insight;
  const rows = [
    row('loss', loss, plainNumber),
    row('‖gradient‖', gradient, plainNumber),
    row(`share of the gradient on ${escapeMarkdown(group)}`, gradientShare, percent),
    row('contribution to the step', contribution, percent),
    row('share of the total loss', valueShare, percent),
    row('cos with the rest', cosine, signed),
    ...pairs.map((pair) =>
      row(
        `cos with ${escapeMarkdown(pair.other)} (below 0 in ${percent(pair.conflicts)})`,
        pair,
        signed,
      ),
    ),
  ].filter((text) => text !== '');
  const count = Math.max(...[loss, gradientShare].map((figure) => figure?.count ?? 0));
  const head = `| | ${gap}last | ${gap}median of the last ${count} |`;
  return [head, '|:--|--:|--:|', ...rows].join('\n');
}

function row(title: string, figure: Figure | undefined, write: (value: number) => string): string {
  return figure ? `| ${title} | ${write(figure.last)} | ${write(figure.median)} |` : '';
}

function originOf(
  { binding }: ConfigView,
  insight: TermInsight,
  provenance: readonly string[],
): string {
  const { run, lastStep, probes, group, source } = insight;
  const state = run.record ? ` (${run.record.state})` : '';
  const step = lastStep === undefined ? '' : `, up to step ${lastStep}`;
  const gradients = probes === 0 ? 'no gradients in its log' : `${probes} probes of ${code(group)}`;
  const backend = run.record?.backend
    ? `, on ${escapeMarkdown(explainBackend(run.record.backend))}`
    : '';
  const metric = source
    ? `\n\nLoss: ${code(source.metric)} — ${escapeMarkdown(source.because)}${sureness(source)}`
    : '';
  const bound = binding
    ? `\n\nA run of this config: ${escapeMarkdown(binding.because)}${sureness(binding)}`
    : '';
  const places = provenance.map((place) => `\n\n${escapeMarkdown(place)}`).join('');
  return `From run ${escapeMarkdown(run.name)}${state}${step}; ${gradients}${backend}.${bound}${metric}${places}`;
}

/** Nothing where there is no doubt. */
function sureness({ confidence }: { readonly confidence: number }): string {
  return confidence >= 1 ? '' : ` (${percent(confidence)} sure)`;
}

/** A text as code: a fence longer than any row of backticks inside it, on one line. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text.replace(/\s+/g, ' ')} ${fence}`;
}

/** Text of a user's file is never markup, and never more than one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, (letter) => `\\${letter}`);
}
