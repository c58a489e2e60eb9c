import { describe, expect, test } from 'vitest';

import { compileFileGlob } from '../../../server/src/discovery/fileGlob.ts';
import { readyLogPatterns } from '../../../server/src/discovery/logPatterns.ts';
import { readProjectFile } from '../../../server/src/discovery/readProjectFile.ts';

const good = "line: 'loss=(?<loss>\\d+)'";

describe('a problem of a pattern stands at its place', () => {
  test.each([
    { entry: `{files: a, ${good}, stp: x}`, at: 'stp', says: 'did you mean step?' },
    { entry: `{${good}}`, at: `{${good}}`, says: 'log_patterns.0.files is missing' },
    { entry: `{files: [], ${good}}`, at: '[]', says: 'at least 1 long' },
    { entry: `{files: a, ${good}, prefix: 5}`, at: '5', says: 'must be a text' },
    { entry: "{files: a, line: 'x(?=y)(?<l>z)'}", at: '(?=', says: 'looks ahead or behind' },
    { entry: "{files: a, line: '(?<!y)(?<l>z)'}", at: '(?<!', says: 'looks ahead or behind' },
    { entry: "{files: a, line: '(?<l>z)\\1'}", at: '\\1', says: 'refers back to a group' },
    { entry: "{files: a, line: '(?<l>z++)'}", at: '++', says: 'possessive' },
    { entry: "{files: a, line: '(?<l>z)\\Z'}", at: '\\Z', says: 'the end of the line is $' },
    { entry: "{files: a, line: '(?<a/b>z)'}", at: '(?<a/b>', says: 'letters, digits and _' },
    { entry: "{files: a, line: '(?<l>z'}", at: '(?<l>z', says: 'missing closing )' },
    { entry: "{files: a, line: '(?<l>z)(?<l>y)'}", at: 'l', says: 'duplicate' },
    { entry: "{files: a, line: '(?<l>(z{900}){900})'}", at: '{900}', says: 'repeat count' },
    { entry: "{files: a, line: '(?<l>a{900}b{900}c{900})'}", at: undefined, says: 'too large' },
    {
      entry: "{files: a, line: 'loss=(\\d+)'}",
      at: "'loss=(\\d+)'",
      says: 'no group for a metric',
    },
    {
      entry: "{files: a, line: '(?<step>\\d)'}",
      at: "'(?<step>\\d)'",
      says: 'no group for a metric',
    },
    { entry: "{files: a, line: '(?<name>\\w)'}", at: undefined, says: 'without a group value' },
    { entry: `{files: a, ${good}, step: it}`, at: 'it', says: 'names the group it' },
    { entry: `{files: a, ${good}, wall_time: t}`, at: 't', says: 'it has loss' },
    { entry: `{files: ['a{b', ok], ${good}}`, at: "'a{b'", says: 'not closed' },
    { entry: `{files: '/*', ${good}}`, at: "'/*'", says: 'root of the file system' },
  ])('$entry', ({ entry, at, says }) => {
    const text = `log_patterns: [${entry}]\n`;
    const { problems } = readProjectFile(text);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem?.message).toContain(says);
    expect(problem?.severity).toBe('error');
    const place = text.slice(problem?.range.start, problem?.range.end);
    expect(place).toBe(at ?? /line: ('[^']*')/.exec(entry)?.[1]);
  });

  test('the other entries count', () => {
    const text = `log_patterns:\n  - {files: a, line: '('}\n  - {files: b, ${good}}\n`;
    const { project } = readProjectFile(text);
    expect(readyLogPatterns(project, '/p').map(({ index }) => index)).toEqual([1]);
  });
});

describe('files are named by', () => {
  test.each([
    {
      glob: 'logs/*.txt',
      root: '/p/logs',
      yes: ['logs/a.txt'],
      no: ['logs/a/b.txt', 'logs/a.txt.1'],
    },
    {
      glob: 'a/**/x.log',
      root: '/p/a',
      yes: ['a/x.log', 'a/b/c/x.log'],
      no: ['x.log', 'a/b/yx.log'],
    },
    { glob: 'out/**', root: '/p/out', yes: ['out/a', 'out/b/c.d'], no: ['outer/a'] },
    { glob: '*.{out,err}', root: '/p', yes: ['a.out', 'b.err'], no: ['a.txt', 'a/b.out'] },
    { glob: 'r[0-9]?/a,b', root: '/p', yes: ['r1x/a,b'], no: ['rx1/a,b', 'r1/a,b'] },
    { glob: 'r[!0]/l', root: '/p', yes: ['r1/l'], no: ['r0/l'] },
    { glob: './a+(b).txt', root: '/p/a+(b).txt', yes: ['a+(b).txt'], no: ['aab.txt'] },
    { glob: '../q/*.txt', root: '/q', yes: ['../q/a.txt'], no: ['q/a.txt'] },
    { glob: '/d/*.txt', root: '/d', yes: ['../d/a.txt'], no: ['d/a.txt'] },
  ])('$glob', ({ glob, root, yes, no }) => {
    const compiled = compileFileGlob(glob, '/p');
    if (!compiled.ok) throw new Error(compiled.error);
    expect(compiled.value.root).toBe(root);
    const matches = (path: string): boolean =>
      compiled.value.matches(new URL(path, 'file:///p/').pathname);
    expect(yes.filter(matches)).toEqual(yes);
    expect(no.filter(matches)).toEqual([]);
  });
});
