import type { FindingSeverity } from '../../model/finding.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hintText } from '../../workspace/wording.ts';

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
  readonly terms: readonly CheckedTerm[];
  readonly findings: readonly CheckedFinding[];
  /** Logs that cannot be read, where those of the config may lie. */
  readonly logProblems: readonly { readonly path: string; readonly message: string }[];
}

export function toCheckReport({
  file,
  owner,
  insights,
  findings,
  problems,
  logProblems,
}: ConfigView): CheckReport {
  const place = (offset: number): { line: number; column: number } => {
    const { line, character } = file.lines.positionAt(offset);
    return { line: line + 1, column: character + 1 };
  };
  const ofRules = findings.map(({ finding, term }) => ({
    code: finding.name,
    severity: finding.severity,
    ...place(term.valueRange.start),
    message: finding.message,
  }));
  const ofText = problems.map(({ code, severity, message, range }) => ({
    code,
    severity,
    ...place(range.start),
    message,
  }));
  return {
    config: file.path,
    run: owner?.name ?? null,
    terms: file.terms.map((term) => {
      const insight = insights.get(term.name);
      return {
        name: term.name,
        line: place(term.valueRange.start).line,
        weight: term.weight ?? null,
        evidence: insight ? hintText(insight) : '',
        gradientShare: insight?.gradientShare?.median ?? null,
        cosine: insight?.cosine?.median ?? null,
      };
    }),
    findings: [...ofText, ...ofRules].sort((a, b) => a.line - b.line || a.column - b.column),
    logProblems,
  };
}
