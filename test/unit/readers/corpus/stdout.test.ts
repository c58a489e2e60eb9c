import { describe, expect, test } from 'vitest';

import { stdoutFamilies } from '../../../../server/src/readers/formats/stdout/registry.ts';
import { StdoutReader } from '../../../../server/src/readers/formats/stdout/stdoutReader.ts';
import { stdout } from '../../../../server/src/readers/formats/stdout.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';
import { readGrowing } from '../../../support/recordingSink.ts';

const corpus = new LogCorpus(['stdout']);
const { expected, paths } = corpus;
/** Files that the truth calls consoles, with metrics or without. */
const isConsole = (path: string) => path.includes('stdout/') || path.endsWith('output.log');
const isJson = (path: string) => corpus.load(path)[0] === '{'.charCodeAt(0);

describe.skipIf(!corpus.isPresent)('console logs of the corpus', () => {
  test('are counted', () => {
    corpus.count('Console logs');
  });

  test.each(paths)('%s is as the truth says', (path) => {
    corpus.compare(stdout, path);
    expect(corpus.read(stdout, path).skipped).toEqual([]);
  });

  test.each(paths)('%s is of the family that the truth names', (path) => {
    const streams = new Set(expected.filter((line) => line.path === path).map((l) => l.stream));
    const families = stdoutFamilies.filter(({ name }) => streams.has(name));
    expect(families).toHaveLength(streams.size);
    const bytes = corpus.load(path);
    expect(readGrowing(new StdoutReader(families), bytes)).toEqual(corpus.read(stdout, path));
    // Families that are asked last read what others know better.
    const others = stdoutFamilies.filter((family) => {
      return !streams.has(family.name) && !(family.kind === 'line' && family.isLastResort);
    });
    expect(readGrowing(new StdoutReader(others), bytes).points).toEqual([]);
  });

  test.each(paths)('%s gives the same in pieces', (path) => {
    corpus.compareInPieces(stdout, path);
  });

  test('are the only files that give points', () => {
    for (const path of corpus.list()) {
      // JSON is what the family of dictionaries reads behind other text.
      if (paths.includes(path) || isJson(path)) continue;
      expect([path, corpus.read(stdout, path).points]).toEqual([path, []]);
    }
  });

  test('are the only files that are claimed', () => {
    for (const path of corpus.list()) {
      if (paths.includes(path) || isConsole(path)) continue;
      expect([path, corpus.detect(path) === stdout]).toEqual([path, false]);
    }
  });
});
