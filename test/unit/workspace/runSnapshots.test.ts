import { afterEach, expect, test } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { ConfigView } from '../../../server/src/workspace/configView.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { hoverMarkdown } from '../../../server/src/workspace/hoverText.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { Session } from '../../../server/src/workspace/session.ts';
import { hintText } from '../../../server/src/workspace/wording.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const config = 'kl_weight: 1.0\nrecon_weight: 1.0\n';
const log = 'step,kl_loss,recon_loss,loss\n0,2,1,1.2\n1,1,0.5,0.6\n2,0.5,0.25,0.3\n';

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
