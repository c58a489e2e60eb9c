import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

import type { BenchLog } from './benchLog.mts';
import { ByteWriter } from './byteWriter.mts';

/** A file that was generated. */
export interface GeneratedFile {
  readonly path: string;
  readonly bytes: number;
  readonly points: number;
}

/** Writes a log of about so many bytes into a folder. */
export function generateLog(log: BenchLog, folder: string, bytes: number): GeneratedFile {
  const path = join(folder, log.fileName);
  const file = openSync(path, 'w');
  try {
    const out = new ByteWriter(file);
    const points = log.write(out, bytes);
    out.flush();
    return { path, bytes: out.written, points };
  } finally {
    closeSync(file);
  }
}
