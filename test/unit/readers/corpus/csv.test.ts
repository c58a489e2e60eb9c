import { describe, expect, test } from 'vitest';

import { csv } from '../../../../server/src/readers/formats/csv.ts';
import { mlflow } from '../../../../server/src/readers/formats/mlflow.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';

const corpus = new LogCorpus(['progress_csv', 'mlruns']);
const files = corpus.paths.map((path) => {
  return { path, format: path.endsWith('.csv') ? csv : mlflow };
});

describe.skipIf(!corpus.isPresent)('tables of the corpus', () => {
  test('are counted', () => {
    corpus.count('Tables and MLflow');
  });

  test.each(files)('$path is as the truth says', ({ path, format }) => {
    corpus.compare(format, path);
    expect(corpus.read(format, path).skipped).toEqual([]);
  });

  test.each(files)('$path gives the same in pieces', ({ path, format }) => {
    corpus.compareInPieces(format, path);
  });

  test('are the only files that these formats claim', () => {
    const claimed = corpus.list().filter((path) => {
      const format = corpus.detect(path);
      return format === csv || format === mlflow;
    });
    expect(claimed.sort()).toEqual([...corpus.paths].sort());
  });
});
