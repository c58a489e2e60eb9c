import { setImmediate } from 'node:timers/promises';

import { afterEach, expect, test } from 'vitest';

import { CancellationSource, neverCancelled } from '../../../server/src/base/cancellation.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import type { ConfigDocument } from '../../../server/src/syntax/configTree.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import type { WorkspaceFiles } from '../../../server/src/workspace/files.ts';
import { WeightScan } from '../../../server/src/workspace/weightScan.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const made: TemporaryWorkspace[] = [];
afterEach(() => {
  for (const workspace of made.splice(0)) workspace[Symbol.dispose]();
});

function workspaceOf(files: Readonly<Record<string, string>>): TemporaryWorkspace {
  const workspace = new TemporaryWorkspace(files);
  made.push(workspace);
  return workspace;
}

/** Paths of what is found below the folder. */
async function found(
  files: Readonly<Record<string, string>>,
  excludes: readonly string[] = [],
): Promise<readonly string[]> {
  const workspace = workspaceOf(files);
  const scan = new WeightScan(createDiskFiles());
  const { configs } = await scan.scan(workspace.root, excludes, neverCancelled);
  return configs.map(({ path }) => path.slice(workspace.root.length + 1).replaceAll('\\', '/'));
}

const weight = 'kl_weight: 0.5\n';

function parsed(name: string, text: string): ConfigDocument {
  const document = parseConfig(name, text);
  if (!document) throw new Error(`no language reads ${name}`);
  return document;
}

test('files of every language that set weights are found, with the lines of these', async () => {
  const workspace = workspaceOf({
    'a.yaml': `lr: 0.1\n${weight}`,
    'conf/b.json': '{"kl_weight": "high"}',
    'conf/c.toml': 'kl_weight = 0.5\n',
    'counterweight.yaml': 'terms: {kl: {scale: raw}}\n',
    'none.yaml': 'weight_decay: 0.1\n',
    'notes.md': weight,
    'src/d.py': 'import x\nKL_WEIGHT = 0.5\n',
  });
  const scan = new WeightScan(createDiskFiles());
  const { configs, files, isCut } = await scan.scan(workspace.root, [], neverCancelled);
  expect(configs).toEqual([
    { path: workspace.path('a.yaml'), weights: [{ name: 'kl', weight: 0.5, line: 1 }], others: 0 },
    {
      path: workspace.path('conf/b.json'),
      weights: [{ name: 'kl', weight: undefined, line: 0 }],
      others: 0,
    },
    {
      path: workspace.path('conf/c.toml'),
      weights: [{ name: 'kl', weight: 0.5, line: 0 }],
      others: 0,
    },
    {
      path: workspace.path('src/d.py'),
      weights: [{ name: 'kl', weight: 0.5, line: 1 }],
      others: 0,
    },
  ]);
  expect({ files, isCut }).toEqual({ files: 5, isCut: false });
});

test('what git ignores is left out, and what an inner .gitignore takes back is not', async () => {
  const files = {
    '.gitignore': '/out/\n*.gen.yaml\n!keep.gen.yaml\n',
    'a.gen.yaml': weight,
    'keep.gen.yaml': weight,
    'out/a.yaml': weight,
    'sub/.gitignore': '!b.gen.yaml\nc.yaml\n',
    'sub/b.gen.yaml': weight,
    'sub/c.yaml': weight,
    'sub/out/d.yaml': weight,
  };
  expect(await found(files)).toEqual(['keep.gen.yaml', 'sub/b.gen.yaml', 'sub/out/d.yaml']);
});

test('what the editor hides is left out, and folders of environments, of git and of our own', async () => {
  const files = {
    '.counterweight/runs/r/a.yaml': weight,
    '.git/a.yaml': weight,
    '.venv/lib/a.py': 'KL_WEIGHT = 1\n',
    'build/a.yaml': weight,
    'deep/build/a.yaml': weight,
    'deep/a.tmp.yaml': weight,
    'deep/b.yaml': weight,
    'node_modules/x/a.json': '{"kl_weight": 1}',
  };
  expect(await found(files, ['**/build', '**/*.tmp.yaml', '[broken'])).toEqual(['deep/b.yaml']);
});

test('a file is read again only when it has changed', async () => {
  const workspace = workspaceOf({ 'a.yaml': weight, 'b.yaml': weight });
  const read: string[] = [];
  const disk = createDiskFiles();
  const files: WorkspaceFiles = {
    ...disk,
    readText: (path, longest) => {
      if (/[/\\][ab]\.yaml$/.test(path)) read.push(path);
      return disk.readText(path, longest);
    },
  };
  const scan = new WeightScan(files);
  await scan.scan(workspace.root, [], neverCancelled);
  workspace.write('b.yaml', `${weight}tv_weight: 1.0\n`);
  const { configs } = await scan.scan(workspace.root, [], neverCancelled);
  expect(configs.map(({ weights }) => weights.length)).toEqual([1, 2]);
  expect(read.map((path) => path.slice(-6))).toEqual(['a.yaml', 'b.yaml', 'b.yaml']);
});

test('thousands of files hold nobody up, and the search can be cancelled', async () => {
  const entries = Array.from({ length: 3000 }, (_, at) => [`c/${at % 30}/${at}.yaml`, weight]);
  const workspace = workspaceOf(Object.fromEntries(entries));
  const scan = new WeightScan(createDiskFiles());
  let turns = 0;
  let isDone = false;
  const scanning = scan.scan(workspace.root, [], neverCancelled).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await setImmediate();
    turns += 1;
  }
  expect((await scanning).configs).toHaveLength(3000);
  expect(turns).toBeGreaterThan(50);
  const source = new CancellationSource();
  const cancelled = new WeightScan(createDiskFiles()).scan(workspace.root, [], source.token);
  source.cancel();
  await expect(cancelled).rejects.toThrow('cancelled');
});

test('of a file with many weights the first are told, and how many more there are', async () => {
  const lines = Array.from({ length: 10 }, (_, at) => `kl_${at}_weight: 0.5\n`);
  const workspace = workspaceOf({ 'a.yaml': lines.join('') });
  const { configs } = await new WeightScan(createDiskFiles()).scan(
    workspace.root,
    [],
    neverCancelled,
  );
  expect(configs[0]).toMatchObject({ others: 4, weights: { length: 6 } });
});

test('where a counterweight.yaml names the files that set the weights, others are not told', async () => {
  const files = {
    'counterweight.yaml': 'config: [a.yaml, kept]\n',
    'a.yaml': weight,
    'b.yaml': weight,
    'kept/c.yaml': weight,
    'sub/counterweight.yaml': 'total: loss\n',
    'sub/deep/d.yaml': weight,
    'wrong/counterweight.yaml': 'config: there-is-none.yaml\n',
    'wrong/e.yaml': weight,
  };
  expect(await found(files)).toEqual(['a.yaml', 'kept/c.yaml', 'sub/deep/d.yaml', 'wrong/e.yaml']);
});

test.each([
  { name: 'a.yaml', text: 'fm_w: 1.0\n' },
  { name: 'a.yaml', text: 'gan-wt: 1.0\n' },
  { name: 'a.yaml', text: 'lam_tv: 0.1\n' },
  { name: 'a.yaml', text: 'tv_lambd: 0.1\n' },
  { name: 'a.yaml', text: 'objective:\n  recon: 1.0\n  l1: 0.5\n' },
  { name: 'a.yaml', text: 'c_mel: 45\n' },
  { name: 'a.py', text: 'err = err_real + 0.1 * err_fake\n' },
  { name: 'a.py', text: 'total = total + 10 * gradient_penalty\n' },
  { name: 'a.py', text: 'alpha_mlm = 2.0\n' },
  { name: 'a.py', text: 'tv_lam = 0.1\n' },
  { name: 'a.py', text: 'options = dict(model="FactorVAE", gamma=6.4)\n' },
  {
    name: 'a.py',
    text: 'add_argument("--dens", default=0.25, help="density regularization strength")\n',
  },
])('a file is read whatever the idiom of its only weight: $text', async ({ name, text }) => {
  const terms = discoverTerms(parsed(name, text));
  expect(terms.length).toBeGreaterThan(0);
  expect(await found({ [name]: text })).toEqual([name]);
});
