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

/** Makes a message fit for JSON: NaN and the infinities become the strings that its schema reads. */
export function toWire(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item)]));
  }
  return value;
}
