import { pathToFileURL } from 'node:url';

import { DiagnosticSeverity, type Range } from 'vscode-languageserver/node';

import type { LineIndex } from '../base/lineIndex.ts';
import type { TextRange } from '../base/textRange.ts';
import type { FindingSeverity } from '../model/finding.ts';

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

export function toUri(path: string): string {
  return pathToFileURL(path).href;
}
