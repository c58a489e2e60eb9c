import { describe, expect, it } from 'vitest';

import { code, markdownTable } from '../../scripts/markdownTable.mts';
import { renderReference } from '../../scripts/reference.mts';
import { readText } from './support/repository.ts';

describe('docs/reference.md', () => {
  it('is what the registries say; else run `node scripts/generate-docs.mts`', () => {
    expect(readText('docs/reference.md')).toBe(renderReference());
  });

  it('has tables that no text can break', () => {
    expect(markdownTable(['a', 'b'], [[code('x'), 'one | two\n  three']])).toBe(
      '| a | b |\n|---|---|\n| `x` | one \\| two three |',
    );
  });
});
