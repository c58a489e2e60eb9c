import { describe, expect, it } from 'vitest';

import { code, markdownTable } from '../../scripts/markdownTable.mts';
import { renderReference } from '../../scripts/reference.mts';
import { renderStrategies } from '../../scripts/strategiesPage.mts';
import { readText } from './support/repository.ts';

describe('the generated pages', () => {
  it.each([
    ['docs/reference.md', renderReference],
    ['docs/strategies.md', renderStrategies],
  ])('%s is what the registries say; else run `node scripts/generate-docs.mts`', (path, render) => {
    expect(readText(path)).toBe(render());
  });

  it('has tables that no text can break', () => {
    expect(markdownTable(['a', 'b'], [[code('x'), 'one | two\n  three']])).toBe(
      '| a | b |\n|---|---|\n| `x` | one \\| two three |',
    );
  });
});
