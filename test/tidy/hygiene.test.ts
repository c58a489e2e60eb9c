import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { hygieneViolations, isText } from './support/hygiene.ts';
import { absolute, repositoryFiles } from './support/repository.ts';
import { describeViolations } from './support/sourceFile.ts';

describe('hygiene', () => {
  it('is kept by every file', () => {
    const violations = repositoryFiles()
      .map((path) => ({ path, bytes: readFileSync(absolute(path)) }))
      .filter(({ bytes }) => isText(bytes))
      .flatMap(({ path, bytes }) => hygieneViolations({ path, text: bytes.toString('utf8') }));
    expect(describeViolations(violations)).toEqual([]);
  });

  // The samples are put together from pieces, or this file would break the rules that it tests.
  it.each([
    ['notes.md', `see /${'home'}/somebody/logs`, 'a path of one machine'],
    ['a.json', `{"path": "/${'root'}/project"}`, 'a path of one machine'],
    ['a.yaml', `dir: C:\\${'Users'}\\me`, 'a path of one machine'],
    ['.npmrc', `@x:url=https://${'registry'}.example.org/npm`, 'a package registry'],
    ['package-lock.json', `{"${'resolved'}": "x"}`, 'pins a registry'],
    ['a.test.ts', `describe.${'only'}('x', f)`, 'leaves out tests'],
    ['a.test.ts', `it.concurrent.${'skip'}('x', f)`, 'leaves out tests'],
    ['a.test.ts', `x${'it'}('x', f)`, 'leaves out tests'],
    ['a.ts', `// @ts-${'ignore'}`, 'silences the compiler'],
    ['a.ts', `// biome-${'ignore'} lint: no`, 'silences the linter'],
    ['a.txt', 'one\r\ntwo', 'line ends'],
  ])('is broken by %s: %s', (path, text, message) => {
    const found = describeViolations(hygieneViolations({ path, text }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it.each([
    ['a.md', 'logs under ~/home/x and $HOME/work/y, https://example.org/home/page'],
    ['a.test.ts', `it.skipIf(noTorch)('x', f); expect(list.only).toBe(1)`],
    ['a.ts', 'const resolved = path.resolve(name);'],
  ])('is kept by %s: %s', (path, text) => {
    expect(describeViolations(hygieneViolations({ path, text }))).toEqual([]);
  });

  it('knows text from bytes', () => {
    expect(isText(new TextEncoder().encode('text'))).toBe(true);
    expect(isText(Uint8Array.of(0x89, 0x50, 0, 1))).toBe(false);
  });
});
