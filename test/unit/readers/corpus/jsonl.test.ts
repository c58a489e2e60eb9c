import { describe, expect, test } from 'vitest';

import { detectionHeadBytes } from '../../../../server/src/readers/detectFormat.ts';
import { jsonl } from '../../../../server/src/readers/formats/jsonl.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';

const corpus = new LogCorpus([
  'detectron2',
  'detr_jsonl',
  'llamafactory_jsonl',
  'mmdet',
  'stylegan_jsonl',
  'wandb_legacy_jsonl',
]);

describe.skipIf(!corpus.isPresent)('JSON lines of the corpus', () => {
  test('are counted', () => {
    corpus.count('JSON lines');
  });

  test.each(corpus.paths)('%s is as the truth says', (path) => {
    // mmcv's streams: training keeps its names.
    const nameOf = ({ stream = '', metric = '' }) => (stream === 'val' ? `val/${metric}` : metric);
    corpus.compare(jsonl, path, { nameOf });
    expect(corpus.read(jsonl, path).skipped).toEqual([]);
  });

  test.each(corpus.paths)('%s gives the same in pieces', (path) => {
    corpus.compareInPieces(jsonl, path);
  });

  test('are not found in the decoys', () => {
    const decoys = corpus.list().filter((path) => path.startsWith('_decoys/'));
    expect(decoys.length).toBeGreaterThan(0);
    for (const path of decoys) {
      for (const size of [100, 1000, detectionHeadBytes]) {
        expect(corpus.detect(path, [size]), path).not.toBe(jsonl);
      }
    }
  });
});
