import { afterEach, beforeEach, expect, test } from 'vitest';

import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { type RunRecord, runIdSchema } from '../../../server/src/model/run.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import type { KnownRun } from '../../../server/src/workspace/knownRun.ts';
import { previewExperiment } from '../../../server/src/workspace/previewExperiment.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const sweep: AblationRequest = { kind: 'sweep', weights: { kl: [1, 10] } };
const text = 'kl_weight: 0.1\nrecon_weight: 1.0\n';
const run = { command: ['python', 'train.py', '{config}'] };

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({
    'runs/a/metrics.jsonl': 'x'.repeat(2 ** 20),
    'runs/a/samples/one.bin': 'x'.repeat(2 ** 20),
  });
});
afterEach(() => folder[Symbol.dispose]());

function finished(record: Partial<RunRecord> = {}): KnownRun {
  return {
    id: folder.path('runs/a'),
    name: 'a',
    configPath: '/train.yaml',
    discovered: undefined,
    time: 0,
    record: {
      schema: 1,
      id: runIdSchema.parse('a'),
      engine: 'command',
      config: 'train.yaml',
      state: 'finished',
      seed: 0,
      startedAt: 0,
      endedAt: 600_000,
      ...record,
    },
  };
}

async function preview(
  project: Partial<ProjectFile>,
  options: { runs?: readonly KnownRun[]; text?: string; backend?: string } = {},
) {
  const file = readConfigFile('file:///t.yaml', '/t.yaml', options.text ?? text, undefined);
  const found = { path: '/counterweight.yaml', project };
  const view = { file, found, runs: options.runs ?? [] };
  const backend = options.backend ?? 'auto';
  const plan = await previewExperiment({ files: createDiskFiles(), view, request: sweep, backend });
  if (!plan.ok) throw new Error(plan.error);
  return plan.value;
}

test('a program: runs, time and disk by the runs that finished, and where', async () => {
  const plan = await preview({ run }, { runs: [finished()] });
  const { lines, variants, runs } = plan;
  expect(plan).toMatchObject({ seconds: 1800, isOwn: true });
  expect(lines.slice(0, 3)).toEqual([
    '3 configs × 1 seed (0): 3 runs as long as the program runs.',
    'About 30 minutes and 6 MiB on disk, by 1 finished run of this config.',
    'By the command python train.py {config}, on this machine, one run after the other.',
  ]);
  expect(runs).toBe(3);
  expect(variants.map(({ label }) => label)).toEqual(['kl = 1', 'kl = 10']);
  expect(variants[1]?.diff).toMatch(/^-kl_weight: 0\.1\n\+kl_weight: 10\.0$/m);
});

test('steps that are asked for scale it, and runs that did not finish say nothing', async () => {
  const ablation = { steps: 50, seeds: [0, 1] };
  const runs = [finished({ state: 'failed' }), finished({ steps: 100 })];
  const { lines } = await preview({ run, ablation }, { runs });
  expect(lines.slice(0, 2)).toEqual([
    '3 configs × 2 seeds (0, 1): 6 runs of 50 steps.',
    'About 30 minutes and 6 MiB on disk, by 1 finished run of this config.',
  ]);
});

test('a task: the backend that is set, or the one of the last run', async () => {
  const task = 'task: ./mine.ts\nsteps: 40\nloss_weights:\n  kl: 0.1\n  recon: 1\n';
  const runs = [finished({ engine: 'task', backend: 'wasm', steps: 40 })];
  const { lines } = await preview({}, { text: task, runs });
  expect(lines[0]).toBe('3 configs × 3 seeds (0, 1, 2): 9 runs of 40 steps.');
  expect(lines[2]).toBe('On the fastest backend that works here; the last run had wasm.');
  const forced = await preview({}, { text: task, runs, backend: 'cpu' });
  expect(forced.lines[2]).toBe('On the backend cpu, as it is set.');
});

test.each([
  [{ gpus: [0, 1] }, 'on the GPUs 0, 1, one run on each at a time.'],
  [{ slurm: {} }, 'On the Slurm cluster, by the command python'],
  [{ env: { CUDA_VISIBLE_DEVICES: '1' } }, 'on this machine with CUDA_VISIBLE_DEVICES=1'],
])('%j', async (more, words) => {
  const { lines, seconds } = await preview({ run: { ...run, ...more } });
  expect(seconds).toBeUndefined();
  expect(lines[1]).toBe(
    'No run of this config has finished yet, so how long it takes is not known.',
  );
  expect(lines[2]).toContain(words);
});

test('runs that failed are counted, and many seeds are not all named', async () => {
  const seeds = Array.from({ length: 30 }, (_, at) => at + 1);
  const runs = [finished({ state: 'failed' }), finished({ state: 'cancelled' })];
  const { lines } = await preview({ run, ablation: { seeds } }, { runs });
  expect(lines[0]).toBe('3 configs × 30 seeds (1 … 30): 90 runs as long as the program runs.');
  expect(lines[1]).toMatch(/^No run of this config has finished yet \(1 failed\), so/);
});

test('early stopping makes it a bound', async () => {
  const file = readConfigFile('file:///t.yaml', '/t.yaml', text, undefined);
  const found = {
    path: '/counterweight.yaml',
    project: { run, ablation: { steps: 90, metrics: ['psnr'] } },
  };
  const request: AblationRequest = {
    kind: 'sweep',
    weights: { kl: [1, 2, 3] },
    halving: {},
  };
  const view = { file, found, runs: [finished()] };
  const files = createDiskFiles();
  const plan = await previewExperiment({ files, view, request, backend: 'auto' });
  const lines = plan.ok ? plan.value.lines : [];
  expect(lines[1]).toMatch(/^At most 40 minutes/);
  expect(lines).toContain(
    'Variants without hope are stopped early, by psnr (higher is better) with seed 0: the best one goes on from step 30.',
  );
});
