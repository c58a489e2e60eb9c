import { describe, expect, test } from 'vitest';

import { tensorboard } from '../../../../server/src/readers/formats/tensorboard.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';

const corpus = new LogCorpus(['tfevents']);

describe.skipIf(!corpus.isPresent)('event files of the corpus', () => {
  test('are counted', () => {
    corpus.count('Event files');
  });

  test.each(corpus.paths)('%s is as the truth says', (path) => {
    corpus.compare(tensorboard, path);
    expect(corpus.read(tensorboard, path).skipped).toEqual([]);
  });

  test.each(corpus.paths)('%s gives the same in pieces', (path) => {
    corpus.compareInPieces(tensorboard, path, { bytewise: 2000 });
  });
});
