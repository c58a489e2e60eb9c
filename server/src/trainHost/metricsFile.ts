import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Disposable } from '../base/disposable.ts';
import { formatMetricsHeader, type MetricsHeader } from '../model/metricLine.ts';

export interface MetricsFile extends Disposable {
  /** Appends whole lines; they are with the operating system when it returns. */
  append(lines: string): void;
}

/**
 * Creates `metrics.jsonl` of a run with its header line. Writes are not buffered in this process, so
 * that killing it loses nothing that was reported.
 */
export function createMetricsFile(runFolder: string, header: MetricsHeader): MetricsFile {
  const descriptor = openSync(join(runFolder, 'metrics.jsonl'), 'w');
  const append = (lines: string): void => {
    const bytes = Buffer.from(lines);
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  };
  append(formatMetricsHeader(header));
  return { append, dispose: () => closeSync(descriptor) };
}
