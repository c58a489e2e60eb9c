import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createRandom, type Random } from '../../../server/src/base/random.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { walkFiles } from '../../../server/src/workspace/walkFiles.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const made: TemporaryWorkspace[] = [];
afterEach(() => {
  for (const workspace of made.splice(0)) workspace[Symbol.dispose]();
});

function repositoryOf(files: Readonly<Record<string, string>>): TemporaryWorkspace {
  const workspace = new TemporaryWorkspace(files);
  made.push(workspace);
  git(workspace, 'init', '--quiet');
  return workspace;
}

function git({ root }: TemporaryWorkspace, ...args: readonly string[]): string {
  // What the machine's user ignores everywhere is no matter of this test.
  const options = ['-C', root, '-c', 'core.excludesFile='];
  return execFileSync('git', [...options, ...args], { encoding: 'utf8' });
}

/** The files below a folder of the repository that git does not ignore. */
function notIgnored(workspace: TemporaryWorkspace, folder = '.'): readonly string[] {
  const listed = git(workspace, 'ls-files', '-z', '--others', '--exclude-standard', folder);
  return listed
    .split('\0')
    .filter((path) => path.endsWith('.yaml'))
    .sort();
}

async function walked(workspace: TemporaryWorkspace, folder = '.'): Promise<readonly string[]> {
  const top = workspace.path(folder);
  const wants = (name: string): boolean => name.endsWith('.yaml');
  const paths: string[] = [];
  for await (const path of walkFiles(createDiskFiles(), { top, excludes: [], wants })) {
    paths.push(relative(workspace.root, path).replaceAll('\\', '/'));
  }
  return paths.sort();
}

const folders = ['.', 'a', 'a/b', 'a/b/c', 'b', 'b/a', 'out', 'out/a', 'A', 'a b', 'a[1]', 'a/a'];
const names = ['a.yaml', 'b.yaml', 'out.yaml', 'A.yaml', 'x y.yaml', '#a.yaml', '!b.yaml'];
const patterns = [
  ...['a', 'a/', '/a', 'b', '*', '/*', '*.yaml', 'a.*', '**/b', 'a/**', 'a/*', '/a/b', 'out/'],
  ...['**/a.yaml', 'a/**/c', 'b/a.yaml', '[ab].yaml', '?.yaml', '\\#a.yaml', '\\!b.yaml', 'x\\ y*'],
  ...['# a comment', '', 'a b/', 'a\\[1\\]', 'b.yaml ', '/out', 'c', '*/', 'A', 'A.yaml'],
];

function randomTree(random: Random): Readonly<Record<string, string>> {
  const pick = <T>(from: readonly T[]): T | undefined =>
    from[Math.floor(random.uniform() * from.length)];
  const files = folders.flatMap((folder) =>
    names
      .filter(() => random.uniform() < 0.5)
      .map((name) => [folder === '.' ? name : `${folder}/${name}`, ''] as const),
  );
  const ignores = ['.', pick(folders), pick(folders)].map((folder) => {
    const lines = Array.from({ length: 1 + Math.floor(random.uniform() * 5) }, () => {
      const pattern = pick(patterns) ?? '';
      return random.uniform() < 0.35 && !/^(#|$)/.test(pattern) ? `!${pattern}` : pattern;
    });
    const end = random.uniform() < 0.2 ? '\r\n' : '\n';
    return [folder === '.' ? '.gitignore' : `${folder}/.gitignore`, lines.join(end)] as const;
  });
  return Object.fromEntries([...files, ...ignores]);
}

describe('what git ignores', () => {
  it.each([1, 2, 3, 4])('is what git itself says, in random trees (seed %i)', async (seed) => {
    const random = createRandom(seed, 'ignores');
    for (let tree = 0; tree < 15; tree += 1) {
      const files = randomTree(random);
      const workspace = repositoryOf(files);
      const rules = Object.entries(files).filter(([path]) => path.endsWith('.gitignore'));
      const said = JSON.stringify(rules);
      expect(await walked(workspace), said).toEqual(notIgnored(workspace));
      // A folder that is ignored as a whole is opened all the same.
      const isOpen = existsSync(workspace.path('a')) && notIgnored(workspace, 'a').length > 0;
      if (isOpen) expect(await walked(workspace, 'a'), said).toEqual(notIgnored(workspace, 'a'));
    }
  });

  it('is said for a folder of a repository by the files above it, and by its own list', async () => {
    const workspace = repositoryOf({
      '.gitignore': '*.gen.yaml\n',
      'conf/.gitignore': '/deep/old/\n',
      'conf/deep/a.gen.yaml': '',
      'conf/deep/a.yaml': '',
      'conf/deep/mine.yaml': '',
      'conf/deep/old/a.yaml': '',
    });
    workspace.write('.git/info/exclude', 'mine.yaml\n');
    expect(await walked(workspace, 'conf/deep')).toEqual(['conf/deep/a.yaml']);
  });

  it('does not count for a folder that is ignored itself, and was opened all the same', async () => {
    const workspace = repositoryOf({ '.gitignore': 'out/\n', 'out/a.yaml': '' });
    expect(await walked(workspace)).toEqual([]);
    expect(await walked(workspace, 'out')).toEqual(['out/a.yaml']);
  });

  it('is left alone where an inner file takes back a folder that an outer one ignores', async () => {
    const workspace = repositoryOf({
      '.gitignore': 'x/*\n',
      'x/.gitignore': '!y\n',
      'x/y/a.yaml': '',
      'x/z/a.yaml': '',
    });
    expect(await walked(workspace)).toEqual(['x/y/a.yaml']);
  });
});
