import { describe, expect, test } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { wandb } from '../../../../server/src/readers/formats/wandb.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';
import { readGrowing } from '../../../support/recordingSink.ts';

const corpus = new LogCorpus(['wandb']);
// Files without any series are compared too: they must give nothing. Empty ones are of no format.
const paths = corpus
  .list()
  .filter((path) => path.endsWith('.wandb') && corpus.load(path).length > 0);

describe.skipIf(!corpus.isPresent)('Weights & Biases in the corpus', () => {
  test('is counted', () => {
    corpus.count('Weights & Biases');
  });

  test.each(paths)('%s is as the truth says', (path) => {
    const nameOf = ({ stream = '', metric = '' }) =>
      stream === 'system' ? `system/${metric}` : metric;
    corpus.compare(wandb, path, { nameOf });
  });

  test.each(paths)('%s gives the same in pieces', (path) => {
    corpus.compareInPieces(wandb, path);
  });

  test('damaged anywhere, gives no more points than were there', () => {
    const random = createRandom(1, 'damage');
    for (const path of paths) {
      const sound = corpus.load(path).subarray(0, 40_000);
      const most = readGrowing(wandb.createReader(), sound).points.length;
      for (let round = 0; round < 40; round += 1) {
        const bytes = Uint8Array.from(sound);
        const at = Math.floor(random.uniform() * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(random.uniform() * 255));
        const { points } = readGrowing(wandb.createReader(), bytes);
        expect(points.length).toBeLessThanOrEqual(most);
      }
    }
  });
});
