import { LineIndex } from '../../base/lineIndex.ts';
import type { ConfigProblem, FindingSeverity } from '../../model/finding.ts';
import type { MetricStore } from '../../store/metricStore.ts';
import { logPlaces } from '../../workspace/configView.ts';
import type { ProjectView } from '../../workspace/logPatterns.ts';
import { skippedNotice } from '../../workspace/runSummary.ts';
import { otherFilesNotice } from '../../workspace/weightFiles.ts';
import { hintText } from '../../workspace/wording.ts';
import type { OpenedConfig } from '../openConfig.ts';

/** One loss term, for a terminal. */
export interface CheckedTerm {
  readonly name: string;
  readonly line: number;
  readonly weight: number | null;
  /** The same words as the inlay hint; empty without evidence. */
  readonly evidence: string;
  readonly gradientShare: number | null;
  readonly cosine: number | null;
}

/** One finding, for a terminal. Lines and columns count from 1. */
export interface CheckedFinding {
  /** The config, or the `counterweight.yaml` that speaks for it. */
  readonly file: string;
  readonly code: string;
  readonly severity: FindingSeverity;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What `check` prints, in whatever form. */
export interface CheckReport {
  readonly config: string;
  readonly run: string | null;
  /** The logs of that run. */
  readonly logs: readonly { readonly path: string; readonly format: string }[];
  /** What else a person should know: parts that could not be read, or where logs are looked for. */
  readonly notices: readonly string[];
  readonly terms: readonly CheckedTerm[];
  readonly findings: readonly CheckedFinding[];
  /** Logs that cannot be read, where those of the config may lie. */
  readonly logProblems: readonly { readonly path: string; readonly message: string }[];
}

export function toCheckReport(
  { view, project }: Omit<OpenedConfig, 'folder'>,
  store: MetricStore,
): CheckReport {
  const { file, found, owner, insights, findings, problems, logProblems } = view;
  const ofRules = findings.map(({ finding, term }) => ({
    file: file.path,
    code: finding.name,
    severity: finding.severity,
    ...placeAt(file.lines, term.valueRange.start),
    message: finding.message,
  }));
  const skipped = owner && skippedNotice(store.skipped(owner.id), owner);
  return {
    config: file.path,
    run: owner?.name ?? null,
    logs: (owner?.discovered?.files ?? []).map(({ path, format }) => ({ path, format })),
    notices: [otherFilesNotice(file.path, found) ?? (owner ? skipped : logPlaces(view))].filter(
      (notice) => notice !== undefined,
    ),
    terms: file.terms.map((term) => {
      const insight = insights.get(term.name);
      return {
        name: term.name,
        line: placeAt(file.lines, term.valueRange.start).line,
        weight: term.weight ?? null,
        evidence: insight ? hintText(insight) : '',
        gradientShare: insight?.gradientShare?.median ?? null,
        cosine: insight?.cosine?.median ?? null,
      };
    }),
    findings: [...ofProject(project), ...[...ofText(file, problems), ...ofRules].sort(byPlace)],
    logProblems,
  };
}

/** Mistakes alone: that a pattern has no file yet is nothing for a build to stumble over. */
function ofProject(project: ProjectView | undefined): readonly CheckedFinding[] {
  if (!project) return [];
  const mistakes = project.problems.filter(({ severity }) => severity !== 'information');
  return ofText({ path: project.path, lines: new LineIndex(project.text) }, mistakes);
}

function ofText(
  { path, lines }: { readonly path: string; readonly lines: LineIndex },
  problems: readonly ConfigProblem[],
): readonly CheckedFinding[] {
  return problems.map(({ code, severity, message, range }) => ({
    file: path,
    code,
    severity,
    ...placeAt(lines, range.start),
    message,
  }));
}

function placeAt(lines: LineIndex, offset: number): { line: number; column: number } {
  const { line, character } = lines.positionAt(offset);
  return { line: line + 1, column: character + 1 };
}

function byPlace(a: CheckedFinding, b: CheckedFinding): number {
  return a.line - b.line || a.column - b.column;
}
