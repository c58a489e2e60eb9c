import { basename } from 'node:path';

import { describe, expect, test } from 'vitest';

import { detectSnapshot } from '../../../../server/src/readers/detectFormat.ts';
import { snapshotFormats } from '../../../../server/src/readers/snapshotRegistry.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';
import { RecordingSink } from '../../../support/recordingSink.ts';
import { readAtOnce } from '../../../support/slicedReading.ts';

const corpus = new LogCorpus(['trainer_state', 'wandb_summary']);
const names: readonly string[] = ['trainer_state.json', 'wandb-summary.json'];
// Summaries without any series are compared too: they must give nothing.
const paths = corpus.list().filter((path) => names.includes(basename(path)));

describe.skipIf(!corpus.isPresent)('files of the corpus that are rewritten', () => {
  test('are counted', () => {
    corpus.count('Rewritten files');
  });

  test.each(paths)('%s is as the truth says, and not whole where it is cut', (path) => {
    const bytes = corpus.load(path);
    const format = detectSnapshot(basename(path), bytes.subarray(0, 4096));
    if (typeof format !== 'object') throw new Error('no snapshot');
    const sink = new RecordingSink();
    expect(readAtOnce(format.read(bytes, path, sink)).isWhole).toBe(true);
    corpus.compareSeries(path, sink.recording.points);
    expect(sink.recording.skipped).toEqual([]);
    // The last of its brackets, at the least, is missing.
    const end = bytes.lastIndexOf('}'.charCodeAt(0));
    for (let part = 1; part <= 8; part += 1) {
      const cut = bytes.subarray(0, Math.floor((end * part) / 8));
      expect(readAtOnce(format.read(cut, path, new RecordingSink())).isWhole).toBe(false);
    }
  });

  test('are the only ones that a snapshot format claims', () => {
    const claimed = corpus.list().filter((path) => {
      return (
        typeof detectSnapshot(basename(path), corpus.load(path).subarray(0, 4096)) === 'object'
      );
    });
    expect(claimed).toEqual(paths);
    expect(snapshotFormats.length).toBeGreaterThan(0);
  });

  test('of the checkpoints of a run, the last has the history of all', () => {
    const run = 'trainer_state/syGOAT__Mistral-v0.2-Translator-bf16/';
    const progress = corpus.paths
      .filter((path) => path.startsWith(`${run}checkpoint-`))
      .map((path) => {
        const format = detectSnapshot(basename(path), corpus.load(path));
        if (typeof format !== 'object') throw new Error('no snapshot');
        const reading = format.read(corpus.load(path), path, new RecordingSink());
        return [path, readAtOnce(reading).progress];
      });
    expect(progress.length).toBeGreaterThan(10);
    for (const [path, steps] of progress)
      expect(`${run}checkpoint-${steps}/trainer_state.json`).toBe(path);
  });
});
