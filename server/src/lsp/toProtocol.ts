import { pathToFileURL } from 'node:url';

import { DiagnosticSeverity, type Range, type WorkspaceEdit } from 'vscode-languageserver/node';

import type { LineIndex } from '../base/lineIndex.ts';
import type { TextRange } from '../base/textRange.ts';
import type { FindingSeverity, ProblemFix } from '../model/finding.ts';

export function toRange(lines: LineIndex, range: TextRange): Range {
  return { start: lines.positionAt(range.start), end: lines.positionAt(range.end) };
}

export function toSeverity(severity: FindingSeverity): DiagnosticSeverity {
  const severities = {
    error: DiagnosticSeverity.Error,
    warning: DiagnosticSeverity.Warning,
    information: DiagnosticSeverity.Information,
  } as const;
  return severities[severity];
}

/** All replacements of a fix as one edit. */
export function toWorkspaceEdit(
  { uri, lines }: { readonly uri: string; readonly lines: LineIndex },
  fix: ProblemFix,
): WorkspaceEdit {
  const edits = [fix, ...(fix.others ?? [])].map(({ range, newText }) => ({
    range: toRange(lines, range),
    newText,
  }));
  return { changes: { [uri]: edits } };
}

export function toUri(path: string): string {
  return pathToFileURL(path).href;
}
