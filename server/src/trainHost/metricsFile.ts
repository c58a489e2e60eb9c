import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Disposable } from '../base/disposable.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { formatMetricsHeader, type MetricsHeader } from '../model/metricLine.ts';
import { readLastLine } from './lastLine.ts';

export interface MetricsFile extends Disposable {
  /** The last step that stood in the file when it was opened; 0 for none. */
  readonly lastStep: number;
  /** Appends whole lines; they are with the operating system when it returns. */
  append(lines: string): void;
}

/**
 * Creates `metrics.jsonl` of a run with its header line. Writes are not buffered in this process, so
 * that killing it loses nothing that was reported.
 */
export function createMetricsFile(runFolder: string, header: MetricsHeader): MetricsFile {
  const descriptor = openSync(join(runFolder, 'metrics.jsonl'), 'w');
  appendTo(descriptor, formatMetricsHeader(header));
  return {
    lastStep: 0,
    append: (lines) => appendTo(descriptor, lines),
    dispose: () => closeSync(descriptor),
  };
}

/**
 * Opens `metrics.jsonl` of a run that is resumed. A last line that its writer did not finish is cut
 * off. Steps that stand in the file are not written again: they would say the same, and whoever has
 * read them need not read them anew.
 */
export function continueMetricsFile(
  runFolder: string,
  header: MetricsHeader,
): Result<MetricsFile, string> {
  const path = join(runFolder, 'metrics.jsonl');
  if (!existsSync(path)) return succeed(createMetricsFile(runFolder, header));
  const last = readLastLine(path);
  if (last === undefined) return succeed(createMetricsFile(runFolder, header));
  const lastStep = stepOf(last.text) ?? (last.start === 0 ? 0 : undefined);
  if (lastStep === undefined) {
    return fail(`metrics.jsonl, byte ${last.start}: the last line is not one of a step.`);
  }
  const descriptor = openSync(path, 'r+');
  ftruncateSync(descriptor, last.end);
  closeSync(descriptor);
  const appending = openSync(path, 'a');
  return succeed({
    lastStep,
    append: (lines) => appendTo(appending, linesAfter(lines, lastStep)),
    dispose: () => closeSync(appending),
  });
}

function appendTo(descriptor: number, lines: string): void {
  const bytes = Buffer.from(lines);
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** The lines of later steps than `step`; lines come in the order of their steps. */
function linesAfter(lines: string, step: number): string {
  let start = 0;
  while (start < lines.length) {
    const end = lines.indexOf('\n', start) + 1 || lines.length;
    if ((stepOf(lines.slice(start, end)) ?? Number.POSITIVE_INFINITY) > step) break;
    start = end;
  }
  return lines.slice(start);
}

/** `formatMetricLine` puts the step first. */
function stepOf(line: string): number | undefined {
  const digits = /^\{"step":(\d+),.*\}\n?$/.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
