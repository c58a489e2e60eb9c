import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { composeWorkspace } from '../../../server/src/composition.ts';
import { settingsSchema } from '../../../server/src/protocol/settings.ts';
import type { Workspace } from '../../../server/src/workspace/workspace.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const weights = 'kl_weight: -0.5\n';

let folder: TemporaryWorkspace;
let workspace: Workspace;
beforeEach(async () => {
  await start({ 'conf/a.yaml': weights, 'conf/b.yaml': weights, 'other.yaml': weights });
  for (const name of ['conf/a.yaml', 'conf/b.yaml', 'other.yaml']) await edit(name, weights);
});
afterEach(stop);

async function start(files: Readonly<Record<string, string>>): Promise<void> {
  folder = new TemporaryWorkspace(files);
  const settings = settingsSchema.parse({});
  workspace = composeWorkspace({
    settings: () => settings,
    logger: silentLogger,
    trusted: () => true,
    bundleFolder: folder.root,
    cacheFolder: folder.path('cache'),
    scansIn: 'process',
  });
  await workspace.session.addFolder(folder.root);
}

function stop(): void {
  workspace.dispose();
  folder[Symbol.dispose]();
}

function uriOf(name: string): string {
  return pathToFileURL(folder.path(name)).href;
}

function edit(name: string, text: string): Promise<void> {
  return workspace.session.setDocument(uriOf(name), folder.path(name), text);
}

/** The files of which a weight is shown. */
function marked(): readonly string[] {
  return ['conf/a.yaml', 'conf/b.yaml', 'other.yaml'].filter((name) => {
    const view = workspace.session.view(uriOf(name));
    const isJudged = view?.problems.some(({ code }) => code === 'negative-weight') ?? false;
    const hasTerms = (view?.file.terms.length ?? 0) > 0;
    expect(isJudged).toBe(hasTerms);
    return hasTerms;
  });
}

test.each([
  { config: 'other.yaml', counts: ['other.yaml'] },
  { config: '[conf/a.yaml, other.yaml]', counts: ['conf/a.yaml', 'other.yaml'] },
  { config: './conf/', counts: ['conf/a.yaml', 'conf/b.yaml'] },
  { config: 'conf/A.yaml', counts: ['conf/a.yaml', 'conf/b.yaml', 'other.yaml'] },
  { config: '[]', counts: ['conf/a.yaml', 'conf/b.yaml', 'other.yaml'] },
])('config: $config', async ({ config, counts }) => {
  await edit('counterweight.yaml', `config: ${config}\n`);
  expect(marked()).toEqual(counts);
});

test('a file counts again once it is no longer left out, as it is by then', async () => {
  await edit('counterweight.yaml', 'config: conf/a.yaml\n');
  await edit('other.yaml', `lr: 0.1\n${weights}`);
  expect(marked()).toEqual(['conf/a.yaml']);
  await edit('counterweight.yaml', 'config: other.yaml\n');
  expect(marked()).toEqual(['other.yaml']);
  expect(workspace.session.view(uriOf('other.yaml'))?.file.lines.positionAt(8).line).toBe(1);
  await workspace.session.closeDocument(uriOf('counterweight.yaml'));
  expect(marked()).toHaveLength(3);
});

test('the nearest counterweight.yaml decides alone', async () => {
  folder.write('conf/counterweight.yaml', 'total: loss\n');
  await edit('counterweight.yaml', 'config: other.yaml\n');
  expect(marked()).toEqual(['conf/a.yaml', 'conf/b.yaml', 'other.yaml']);
});

test('a name that leads to no file is marked, with the nearest right one', async () => {
  const text = 'config: [conf/aa.yaml, other.yaml]\n';
  await edit('counterweight.yaml', text);
  const [problem, ...rest] = workspace.session.project(uriOf('counterweight.yaml'))?.problems ?? [];
  expect(rest).toEqual([]);
  expect(problem?.message).toBe('config: there is no file conf/aa.yaml. Did you mean a.yaml?');
  expect(problem && text.slice(problem.range.start, problem.range.end)).toBe('conf/aa.yaml');
  expect(problem?.fixes?.map(({ newText }) => newText)).toEqual(['conf/a.yaml']);
});

test('the code around a file is looked at as soon as the file counts', async () => {
  stop();
  const text = 'latent_dim: 16\nnum_layers: 2\nbatch_size: 8\nkl_weight: 0.1\n';
  await start({
    'counterweight.yaml': 'config: a.yaml\n',
    'a.yaml': weights,
    'other.yaml': text,
    'train.py': 'train(cfg.latent_dim, cfg.num_layers, cfg.batch_size)\n',
  });
  await edit('other.yaml', text);
  await edit('counterweight.yaml', 'config: other.yaml\n');
  await workspace.session.settled();
  const view = workspace.session.view(uriOf('other.yaml'));
  expect(view?.problems.map(({ code }) => code)).toEqual(['unused-weight']);
});
