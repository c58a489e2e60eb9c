import { utimesSync } from 'node:fs';

import { afterEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import type { ConfigView } from '../../../server/src/workspace/configView.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { hoverMarkdown } from '../../../server/src/workspace/hoverText.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { RunSnapshots } from '../../../server/src/workspace/runSnapshots.ts';
import { Session } from '../../../server/src/workspace/session.ts';
import { hintText } from '../../../server/src/workspace/wording.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const config = 'kl_weight: 1.0\nrecon_weight: 1.0\n';
const log = 'step,kl_loss,recon_loss,loss\n0,2,1,1.2\n1,1,0.5,0.6\n2,0.5,0.25,0.3\n';

/** The same as MLflow keeps it, a file for each metric. */
function mlflowMetrics(folder: string): Readonly<Record<string, string>> {
  const [head = '', ...rows] = log.trim().split('\n');
  const values = rows.map((row) => row.split(','));
  return Object.fromEntries(
    head.split(',').flatMap((name, column) => {
      const lines = values.map((row, at) => `${1_700_000_000_000 + at} ${row[column]} ${row[0]}\n`);
      return column === 0 ? [] : [[`${folder}/${name}`, lines.join('')]];
    }),
  );
}

/** A session over real files, with an open config. */
class Fixture {
  readonly workspace: TemporaryWorkspace;
  readonly session: Session;
  readonly #ingest: IngestLoop;

  constructor(files: Readonly<Record<string, string>>) {
    this.workspace = new TemporaryWorkspace({ 'train.yaml': config, ...files });
    const store = new MetricStore();
    const options = { store, clock: systemClock, logger: silentLogger };
    this.#ingest = new IngestLoop({ ...options, polling: false });
    this.session = new Session({
      ...options,
      files: createDiskFiles(),
      ingest: this.#ingest,
      catalog: new RunCatalog(),
      trusted: () => true,
    });
  }

  async open(path: string, text = this.workspace.read(path)): Promise<ConfigView> {
    await this.session.addFolder(this.workspace.root);
    await this.session.setDocument(this.workspace.uri(path), this.workspace.path(path), text);
    await this.session.settled();
    const view = this.session.view(this.workspace.uri(path));
    if (!view) throw new Error(`There is no view of ${path}.`);
    return view;
  }

  [Symbol.dispose](): void {
    this.session.dispose();
    this.#ingest.dispose();
    this.workspace[Symbol.dispose]();
  }
}

const open: Fixture[] = [];
afterEach(() => {
  for (const fixture of open.splice(0)) fixture[Symbol.dispose]();
});

function fixture(files: Readonly<Record<string, string>>): Fixture {
  const made = new Fixture(files);
  open.push(made);
  return made;
}

const copies: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [
    "Hydra's copy, above the folder of the log",
    {
      'outputs/2026-11-21/10-00-00/.hydra/config.yaml':
        'loss:\n  kl_weight: 0.1\n  recon_weight: 1\n',
      'outputs/2026-11-21/10-00-00/csv/metrics.csv': log,
    },
  ],
  [
    "Lightning's hparams.yaml",
    {
      'lightning_logs/version_0/hparams.yaml': 'kl_weight: 0.1\nrecon_weight: 1.0\n',
      'lightning_logs/version_0/metrics.csv': log,
    },
  ],
  [
    "wandb's config.yaml",
    {
      'wandb/run-20261121_100000-abc/files/config.yaml':
        'wandb_version: 1\nkl_weight:\n  desc: null\n  value: 0.1\nrecon_weight:\n  value: 1\n',
      'wandb/run-20261121_100000-abc/metrics.csv': log,
    },
  ],
  [
    "MLflow's parameters, a file each",
    {
      'mlruns/0/8f1c0d3b6a7e4f5d9c2b1a0e3d4c5b6a/meta.yaml': 'run_id: 8f1c\n',
      'mlruns/0/8f1c0d3b6a7e4f5d9c2b1a0e3d4c5b6a/params/loss/kl_weight': '0.1',
      'mlruns/0/8f1c0d3b6a7e4f5d9c2b1a0e3d4c5b6a/params/recon_weight': '1.0\n',
      'mlruns/0/8f1c0d3b6a7e4f5d9c2b1a0e3d4c5b6a/params/optimizer': 'adam',
      ...mlflowMetrics('mlruns/0/8f1c0d3b6a7e4f5d9c2b1a0e3d4c5b6a/metrics'),
    },
  ],
  [
    'what a program printed of its options',
    {
      'checkpoints/a/train_opt.txt':
        '---- Options ----\n  kl_weight: 0.1  \t[default: 1]\n  recon_weight: 1.0\n---- End ----\n',
      'checkpoints/a/metrics.csv': log,
    },
  ],
  [
    'a copy under the name of the config',
    {
      'work_dirs/a/train.yaml': 'kl_weight: 0.1\nrecon_weight: 1.0\n',
      'work_dirs/a/metrics.csv': log,
    },
  ],
];

test.each(copies)('%s tells with what weights a run was trained', async (_, files) => {
  const view = await fixture(files).open('train.yaml');
  const insight = view.insights.get('kl');
  expect(insight).toMatchObject({ weightThen: 0.1, stale: true });
  expect(insight && hintText(insight)).toMatch(/at w = 0\.1$/);
  expect(view.insights.get('recon')).toMatchObject({ weightThen: 1, stale: false });
  // 0.1 · kl + recon is the total, so the losses are raw; with the weights of today it would be unknown.
  expect(insight?.source?.because).toContain('raw: the weighted sum');
  expect(view.binding?.confidence).toBeCloseTo(0.95);
  const hover = hoverMarkdown(view, 'kl', { images: false, provenance: [] });
  expect(hover).toContain('A run of this config: ');
  expect(hover).toContain("in the run's folder holds 2 of 2 weights (95 % sure)");
});

test('a run without a copy is taken for what the config says, and how sure that is is told', async () => {
  const view = await fixture({ 'runs/a/metrics.csv': log }).open('train.yaml');
  expect(view.insights.get('kl')).toMatchObject({ weightThen: 1, stale: false });
  expect(view.binding).toMatchObject({ because: 'runs/ stands beside it', confidence: 0.6 });
});

test('a run whose copy has other losses is of another config, unless counterweight.yaml names it', async () => {
  const files = {
    'runs/a/hparams.yaml': 'gan_weight: 0.1\nstyle_weight: 1.0\n',
    'runs/a/metrics.csv': log,
  };
  expect((await fixture(files).open('train.yaml')).runs).toEqual([]);
  const named = fixture({ ...files, 'counterweight.yaml': 'logs: [runs]\n' });
  expect((await named.open('train.yaml')).runs).toHaveLength(1);
});

test('a term that the copy lacks has the weight that it had when the log was first seen', async () => {
  const files = { 'runs/a/args.json': '{"kl_weight": 0.1}', 'runs/a/metrics.csv': log };
  const made = fixture(files);
  const view = await made.open('train.yaml');
  expect(view.insights.get('kl')?.weightThen).toBe(0.1);
  expect(view.insights.get('recon')?.weightThen).toBe(1);
  const edited = await made.open(
    'train.yaml',
    config.replace('recon_weight: 1.0', 'recon_weight: 4.0'),
  );
  expect(edited.insights.get('recon')).toMatchObject({ weightThen: 1, stale: true });
});

test('the config itself, beside its log, is no copy of itself', async () => {
  const made = fixture({ 'metrics.csv': log, 'config.yaml': 'kl_weight: 0.1\n' });
  const view = await made.open('train.yaml');
  expect(view.insights.get('kl')?.weightThen).toBe(1);
});

test('a copy that comes later is read once the run has another log, or its log is older', async () => {
  const made = fixture({ 'runs/a/metrics.csv': log });
  expect((await made.open('train.yaml')).insights.get('kl')?.weightThen).toBe(1);
  const uri = made.workspace.uri('train.yaml');
  const read = new Promise<string | undefined>((resolve) => {
    made.session.onDidChangeConfig(() => {
      const view = made.session.view(uri);
      if (view?.insights.get('kl')?.weightThen === 0.1) resolve(view.owner?.name);
    });
  });
  made.workspace.write('runs/a/hparams.yaml', 'kl_weight: 0.1\n');
  made.workspace.write('runs/a/metrics.jsonl', '{"step": 3, "kl_loss": 0.1}\n');
  expect(await read).toBe('a');
});

describe('of two configs that share the folder of their runs', () => {
  const other = config.replace('1.0', '0.1');
  test.each([
    ["the program's arguments name it", { 'runs/a/args.json': '{"config": "./other.yaml"}' }],
    ['it is copied under its own name', { 'runs/a/other.yaml': other }],
    [
      "Hydra's notes name it",
      {
        'runs/a/.hydra/config.yaml': other,
        'runs/a/.hydra/hydra.yaml': 'hydra:\n  job:\n    config_name: other\n',
      },
    ],
  ])('a run is that of the one it was started with: %s', async (_, copy) => {
    const files = { ...copy, 'runs/a/metrics.csv': log, 'other.yaml': other };
    expect((await fixture(files).open('train.yaml')).runs).toEqual([]);
    const view = await fixture(files).open('other.yaml');
    expect(view.owner?.name).toBe('a');
    // A folder that is named may hold the runs of both.
    const named = fixture({ ...files, 'counterweight.yaml': 'logs: [runs]\n' });
    expect((await named.open('train.yaml')).runs).toEqual([]);
  });

  test('the hover says which copy names the config', async () => {
    const files = { 'runs/a/args.json': '{"config": "train.yaml"}', 'runs/a/metrics.csv': log };
    const view = await fixture(files).open('train.yaml');
    expect(view.binding).toEqual({
      because: 'runs/ stands beside it, and args.json names this config',
      confidence: 0.95,
    });
  });

  test.each([
    ['a file beside it that is not there any more', { 'runs/a/args.json': '{"config": "x.yaml"}' }],
    [
      'a config that builds on it',
      { 'runs/a/args.json': '{"config": "other.yaml"}', 'other.yaml': 'defaults: [train]\n' },
    ],
    [
      'a file without weights beside the copy',
      { 'runs/a/other.yaml': 'lr: 1\n', 'other.yaml': 'lr: 1\n' },
    ],
  ])('%s takes no run away', async (_, files) => {
    const view = await fixture({ ...files, 'runs/a/metrics.csv': log }).open('train.yaml');
    expect(view.owner?.name).toBe('a');
  });
});

describe('where counterweight.yaml names logs', () => {
  test('their runs speak before newer ones in usual places', async () => {
    const made = fixture({
      'counterweight.yaml': 'logs: [mine]\n',
      'mine/b/metrics.csv': log,
      'runs/a/metrics.csv': log,
    });
    utimesSync(made.workspace.path('mine/b/metrics.csv'), 1_600_000_000, 1_600_000_000);
    const view = await made.open('train.yaml');
    expect(view.owner?.id).toBe(made.workspace.path('mine/b'));
    expect(view.runs).toHaveLength(2);
  });

  test('a place that the config names too is sure as soon as it is named there', async () => {
    const text = `log_dir: mine\n${config}`;
    const made = fixture({ 'a.yaml': text, 'mine/b/metrics.csv': log });
    const before = await made.open('a.yaml');
    expect(before.binding).toMatchObject({
      because: "the config's log_dir names it",
      confidence: 0.9,
    });
    const { workspace, session } = made;
    const path = workspace.path('counterweight.yaml');
    await session.setDocument(workspace.uri('counterweight.yaml'), path, 'logs: [mine]\n');
    const after = session.view(workspace.uri('a.yaml'));
    expect(after?.binding).toMatchObject({ because: 'counterweight.yaml names it', confidence: 1 });
  });

  test('a metric that the run has not logged is told', async () => {
    const files = {
      'counterweight.yaml': 'terms: {kl: {metric: divergenc}}\n',
      'runs/a/metrics.csv': log,
    };
    const view = await fixture(files).open('train.yaml');
    const hover = hoverMarkdown(view, 'kl', { images: false, provenance: [] });
    expect(hover).toContain('`counterweight.yaml` says is logged as ` divergenc `');
  });
});

test('a counterweight.yaml beside a config in a folder takes its runs in the workspace not away', async () => {
  const files = {
    'configs/vae.yaml': `output_dir: out\n${config}`,
    'out/a/metrics.csv': log,
    'runs/b/metrics.csv': log,
  };
  const made = fixture(files);
  expect((await made.open('configs/vae.yaml')).runs).toHaveLength(2);
  const corrected = fixture({ ...files, 'configs/counterweight.yaml': 'total: loss\n' });
  expect((await corrected.open('configs/vae.yaml')).runs).toHaveLength(2);
});

test('the newest of many runs are looked at first', async () => {
  const listed: string[] = [];
  const files = {
    ...createDiskFiles(),
    list: async (path: string) => {
      if (path.startsWith('/w/runs/')) listed.push(path);
      return [];
    },
  };
  const snapshots = new RunSnapshots(files, silentLogger);
  const file = readConfigFile('file:///w/train.yaml', '/w/train.yaml', config, undefined);
  const roots = [{ path: '/w/runs', because: '', confidence: 0.6, isUsual: true } as const];
  for (const time of [3, 1, 5, 2, 4]) {
    const id = `/w/runs/${time}`;
    const discovered = { id, path: id, name: id, files: [], modifiedAt: time };
    const run = { id, name: id, configPath: undefined, record: undefined, discovered, time };
    snapshots.look(run, { file, roots });
  }
  await snapshots.settled();
  expect(listed).toEqual([5, 4, 3, 2, 1].map((time) => `/w/runs/${time}`));
});
