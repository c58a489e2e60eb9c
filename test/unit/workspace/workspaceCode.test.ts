import { rmSync } from 'node:fs';

import { afterEach, expect, test } from 'vitest';

import { neverCancelled } from '../../../server/src/base/cancellation.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { readWordsOf } from '../../../server/src/workspace/codeWords.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { type CodeLimits, WorkspaceCode } from '../../../server/src/workspace/workspaceCode.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const limits: CodeLimits = { longestFile: 1000, allFiles: 3000, mostFiles: 6, mostNames: 20 };

/** The code of a folder of real files. */
class Fixture {
  readonly workspace: TemporaryWorkspace;
  readonly code = new WorkspaceCode(createDiskFiles(), silentLogger, limits);
  fired = 0;

  constructor(files: Readonly<Record<string, string>>) {
    this.workspace = new TemporaryWorkspace(files);
    this.code.onDidRead(() => {
      this.fired += 1;
    });
  }

  /** How many programs there are, and which of the names are mentioned; undefined where nothing is known. */
  async look(...names: readonly string[]) {
    const { code, workspace } = this;
    code.look(workspace.root);
    await code.settled();
    const known = code.of(workspace.root, workspace.path('own.py'));
    return known && [known.programs, ...names.filter((name) => known.mentions(name))];
  }

  async change(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) this.workspace.write(path, text);
    this.code.filesChanged(Object.keys(files).map((path) => this.workspace.path(path)));
    await this.code.settled();
  }
}

const made: Fixture[] = [];
afterEach(() => {
  for (const { code, workspace } of made.splice(0)) {
    code.dispose();
    workspace[Symbol.dispose]();
  }
});

function fixture(files: Readonly<Record<string, string>>): Fixture {
  const created = new Fixture(files);
  made.push(created);
  return created;
}

test('programs and notebooks name keys, and other configs where they refer to one', async () => {
  const notebook = {
    cells: [
      { cell_type: 'code', source: ['# c_weight\n', 'w = cfg.b_weight\n'] },
      { cell_type: 'markdown', source: 'd_weight' },
      { source: '', outputs: [{ data: { 'image/png': `p_weight${'A'.repeat(2000)}` } }] },
    ],
  };
  const files = fixture({
    'src/model.py': 'w = cfg.a_weight\n',
    'look.ipynb': JSON.stringify(notebook),
    'other.yaml': `e_weight: \${loss.f_weight}\n`,
    'notes.md': 'g_weight',
    'broken.ipynb': '{"source": ["x\\nh_weight\\n',
  });
  const names = [...'abcdefghp'].map((letter) => `${letter}_weight`);
  expect(await files.look(...names)).toEqual([
    3,
    'a_weight',
    'b_weight',
    'd_weight',
    'f_weight',
    'h_weight',
  ]);
});

test('what git ignores, environments and our own runs are left out, and the config itself', async () => {
  const files = fixture({
    '.gitignore': '/build/\n',
    'a.py': '',
    'own.py': 'own_weight = 1\n',
    'build/b.py': 'b_weight',
    '.venv/lib/c.py': 'c_weight',
    '.counterweight/runs/r/d.py': 'd_weight',
  });
  expect(await files.look('own_weight', 'b_weight', 'c_weight', 'd_weight')).toEqual([2]);
});

test.each([
  ['a program that is too long', { 'a.py': `x = 1  #${'-'.repeat(1000)}` }],
  [
    'too much code',
    {
      'a.py': 'x'.repeat(900),
      'b.py': 'x'.repeat(900),
      'c.py': 'x'.repeat(900),
      'd.py': 'x'.repeat(900),
    },
  ],
  ['too many programs', Object.fromEntries([...'abcdefg'].map((name) => [`${name}.py`, '']))],
  ['too many files', Object.fromEntries([...'abcdefghijklmnopqrstuvw'].map((name) => [name, '']))],
])('nothing is known of a folder with %s', async (_, folder) => {
  const files = fixture(folder);
  expect(await files.look('kl_weight')).toBeUndefined();
});

test('long files of data are no code', async () => {
  const files = fixture({ 'a.py': '', 'data.yaml': `\${b_weight}${'-'.repeat(1000)}` });
  expect(await files.look('b_weight')).toEqual([1]);
});

test('what changes is read again, and told where it makes a difference', async () => {
  const files = fixture({ 'a.py': 'w = cfg.kl_weight\n', 'b.py': '' });
  expect(await files.look('kl_weight', 'tv_weight')).toEqual([2, 'kl_weight']);
  expect(files.fired).toBe(1);
  await files.change({ 'a.py': 'w = cfg.kl_weight  # weighs the KL\n' });
  expect(files.fired).toBe(1);
  await files.change({ 'a.py': 'w = cfg.tv_weight\n', 'b.py': 'def kl_weight(): pass\n' });
  expect(await files.look('kl_weight', 'tv_weight')).toEqual([2, 'kl_weight', 'tv_weight']);
  expect(files.fired).toBe(2);
  await files.change({ 'sub/c.py': 'x_weight' });
  expect(await files.look('x_weight')).toEqual([3, 'x_weight']);
  await files.change({ 'sub/long.py': '#'.repeat(1001) });
  expect(await files.look()).toBeUndefined();
  expect(files.fired).toBe(4);
});

test('what is gone is no longer mentioned, and runs that write configs wake nobody', async () => {
  const files = fixture({ 'a.py': 'cfg.kl_weight', 'b.py': 'cfg.kl_weight, cfg.tv_weight' });
  expect(await files.look('kl_weight', 'tv_weight')).toEqual([2, 'kl_weight', 'tv_weight']);
  rmSync(files.workspace.path('b.py'));
  files.code.filesChanged([files.workspace.path('b.py')]);
  expect(await files.look('kl_weight', 'tv_weight')).toEqual([1, 'kl_weight']);
  await files.change({ 'outputs/a/config.yaml': `x: \${tv_weight}\n` });
  expect(await files.look('tv_weight')).toEqual([1]);
});

test('where a folder itself lies, is no reason to leave out what changes in it', async () => {
  const files = fixture({ '.venv/lib/a.py': '', '.venv/lib/node_modules/b.py': 'x_weight' });
  const top = files.workspace.path('.venv/lib');
  files.code.look(top);
  await files.code.settled();
  await files.change({ '.venv/lib/a.py': 'kl_weight', '.venv/lib/node_modules/c.py': '' });
  const known = files.code.of(top, '');
  expect(known?.mentions('kl_weight')).toBe(true);
  expect(known?.programs).toBe(1);
});

test('pictures of a notebook that do not end take no long time', { timeout: 5000 }, async () => {
  const text = `{"cells": ${'"image/kl": ['.repeat(100_000)}`;
  expect(await readWordsOf('a.ipynb', text, neverCancelled)).toContain('kl');
});

test('a folder that is left is read no further', async () => {
  const files = fixture({ 'a.py': 'cfg.kl_weight' });
  files.code.look(files.workspace.root);
  files.code.forget(files.workspace.root);
  await files.code.settled();
  expect(files.code.of(files.workspace.root, '')).toBeUndefined();
  expect(files.fired).toBe(0);
});
