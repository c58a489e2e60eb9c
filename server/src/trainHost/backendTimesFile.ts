import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { jsonNumberSchema, toJsonNumber } from '../model/number.ts';
import type { BackendTimesCache } from '../training/backends/chooseBackend.ts';

const fileSchema = z.object({
  schema: z.literal(1),
  entries: z.record(
    z.string(),
    z.object({ stepMs: z.record(z.string(), jsonNumberSchema), measuredAt: z.number() }),
  ),
});

/** Measurements older than this are taken again: drivers and machines change. */
const keptForMs = 30 * 24 * 3600 * 1000;

/**
 * Keeps measured step times in `backend-times.json` of the cache folder. A file that is missing or
 * broken counts as empty; one that cannot be written costs a second of measuring at the next run.
 */
export function createBackendTimesFile(folder: string, now: () => number): BackendTimesCache {
  const path = join(folder, 'backend-times.json');
  const readEntries = (): z.infer<typeof fileSchema>['entries'] => {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).entries;
    } catch {
      return {};
    }
  };
  return {
    read(key) {
      const entry = readEntries()[key];
      return entry && now() - entry.measuredAt < keptForMs ? entry : undefined;
    },
    write(key, { stepMs }) {
      const entries = { ...readEntries(), [key]: { stepMs, measuredAt: now() } };
      const text = JSON.stringify({ schema: 1, entries }, (_, value) =>
        typeof value === 'number' ? toJsonNumber(value) : value,
      );
      try {
        mkdirSync(folder, { recursive: true });
        const temporary = `${path}.${process.pid}`;
        writeFileSync(temporary, text);
        renameSync(temporary, path);
      } catch {
        // Without the file the next run measures again.
      }
    },
  };
}
