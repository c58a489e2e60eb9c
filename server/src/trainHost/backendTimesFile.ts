import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { jsonNumberSchema, toJsonNumber } from '../model/number.ts';
import type { BackendTimesCache } from '../training/backends/chooseBackend.ts';

/** Raised when what is measured changes, engines included: older measurements are taken again. */
const schemaVersion = 2;

const fileSchema = z.object({
  schema: z.literal(schemaVersion),
  entries: z.record(
    z.string(),
    z.object({
      stepMs: z.record(z.string(), jsonNumberSchema),
      failures: z.record(z.string(), z.string()),
      measuredAt: z.number(),
    }),
  ),
});

const dayMs = 24 * 3600 * 1000;
/** Measurements older than this are taken again: drivers and machines change. */
const keptForMs = 30 * dayMs;
/** A backend that failed may have lacked memory that is free again. */
const failuresKeptForMs = dayMs;

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
      if (!entry) return undefined;
      const failed = Object.keys(entry.failures).length > 0;
      const age = now() - entry.measuredAt;
      return age < (failed ? failuresKeptForMs : keptForMs) ? entry : undefined;
    },
    write(key, { stepMs, failures }) {
      const entries = { ...readEntries(), [key]: { stepMs, failures, measuredAt: now() } };
      const text = JSON.stringify({ schema: schemaVersion, entries }, (_, value) =>
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
