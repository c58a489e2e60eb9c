import { describe, expect, test } from 'vitest';

import { silentLogger } from '../../../../server/src/base/logger.ts';
import { DiskLogSource } from '../../../../server/src/ingest/diskLogSource.ts';
import { LogTail } from '../../../../server/src/ingest/logTail.ts';
import { isLogCandidate } from '../../../../server/src/ingest/runLayout.ts';
import { SqliteSource } from '../../../../server/src/ingest/sqliteSource.ts';
import { detectFormat, detectSnapshot } from '../../../../server/src/readers/detectFormat.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { RecordingTarget } from '../../../support/recordingTarget.ts';

/** One line of EXPECTED_FILES.jsonl. */
interface ExpectedFile {
  readonly path: string;
  readonly format: string;
}

const corpus = new LogCorpus('all');
const files = corpus.truth<ExpectedFile>('EXPECTED_FILES.jsonl');
/** The day after tomorrow, when all of these files have long ended. */
const clock = new ManualClock(Date.now() + 2 * 24 * 3600 * 1000);
const options = {
  source: new DiskLogSource({ clock, logger: silentLogger, polling: false }),
  databases: new SqliteSource(),
  clock,
  detectFormat,
  detectSnapshot,
};

/** Reads a file to its end as the product does, from its name on. */
async function readFile(path: string): Promise<RecordingTarget> {
  const target = new RecordingTarget();
  if (!isLogCandidate(corpus.place(path))) return target;
  const tail = new LogTail(corpus.place(path), options);
  let hasMore = true;
  while (hasMore) ({ hasMore } = await tail.advance(target, async () => undefined));
  return target;
}

describe.skipIf(!corpus.isPresent)('every file of the corpus', () => {
  test('is counted', () => {
    process.stdout.write(`Every file: ${files.length} files, ${corpus.expected.length} series.\n`);
    expect(files.length).toBeGreaterThan(100);
  });

  test.each(files)('$format $path is found, and read as the truth says', async ({ path }) => {
    const { recording } = await readFile(path);
    corpus.compareSeries(path, recording.points);
  });

  const others = files.filter(({ format }) => format === 'decoy' || format === 'sidecar');
  test.each(others)('$format $path is taken for nothing', async ({ path }) => {
    const { format } = await readFile(path);
    expect(format).toBeUndefined();
    // Nor would it be under the eyes of someone who watches that very file.
    const target = new RecordingTarget();
    await new LogTail(corpus.place(path), options).advance(target, async () => undefined);
    expect(target.format).toBeUndefined();
  });
});
