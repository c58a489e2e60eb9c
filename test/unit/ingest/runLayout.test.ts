import { describe, expect, test } from 'vitest';

import {
  aimFolderOf,
  isIgnoredFolder,
  isLogCandidate,
  loggedPathOf,
  runNameOf,
  runPathOf,
} from '../../../server/src/ingest/runLayout.ts';

describe('the layout of runs', () => {
  test.each([
    ['/w/logs/exp/events.out.tfevents.1.host', 'tensorboard', '/w/logs/exp'],
    ['/w/logs/exp/metrics.jsonl', 'jsonl', '/w/logs/exp'],
    ['/w/logs/exp/counterweight.jsonl', 'jsonl', '/w/logs/exp'],
    ['/w/logs/exp/log.txt', 'jsonl', '/w/logs/exp'],
    ['/w/logs/exp/seed-3.jsonl', 'jsonl', '/w/logs/exp/seed-3.jsonl'],
    ['/w/.counterweight/runs/r1/metrics.jsonl', 'jsonl', '/w/.counterweight/runs/r1'],
    ['/w/.counterweight/runs/r1/out/tb/x.tfevents.1', 'tensorboard', '/w/.counterweight/runs/r1'],
    ['/w/.counterweight/runs/r1/out/seed-3.jsonl', 'jsonl', '/w/.counterweight/runs/r1'],
    ['/w/out/checkpoint-500/trainer_state.json', 'trainer-state', '/w/out'],
    ['/w/out/trainer_state.json', 'trainer-state', '/w/out'],
    ['/w/wandb/run-1-a/files/wandb-summary.json', 'wandb-summary', '/w/wandb/run-1-a'],
    ['/w/dvclive/metrics.json', 'dvclive-summary', '/w/dvclive'],
    ['/w/logs/exp/metrics.csv', 'csv', '/w/logs/exp'],
    ['/w/logs/exp/progress.txt', 'csv', '/w/logs/exp'],
    ['/w/logs/exp/training.log', 'csv', '/w/logs/exp'],
    ['/w/logs/exp/seed-3.csv', 'csv', '/w/logs/exp/seed-3.csv'],
    ['/w/dvclive/plots/metrics/train/loss.tsv', 'csv', '/w/dvclive'],
    [`/w/mlruns/0/${'a'.repeat(32)}/metrics/val/loss`, 'mlflow', `/w/mlruns/0/${'a'.repeat(32)}`],
    ['/w/mlruns/0/named/metrics/loss', 'mlflow', '/w/mlruns/0/named'],
    ['/w/wandb/offline-run-1-ab/run-ab.wandb', 'wandb', '/w/wandb/offline-run-1-ab'],
    ['/w/wandb/run-1/wandb-history.jsonl', 'jsonl', '/w/wandb/run-1'],
    ['/w/swanlog/run-1/backup.swanlab', 'swanlab-backup', '/w/swanlog/run-1'],
    ['/w/swanlog/run-1/logs/train/loss/10.log', 'swanlab', '/w/swanlog/run-1'],
    ['/w/log/vdlrecords.1790000000.log', 'visualdl', '/w/log'],
    ['/w/logs/exp/log.txt', 'stdout', '/w/logs/exp/log.txt'],
    ['/w/x/20230401_120000/vis_data/scalars.json', 'jsonl', '/w/x/20230401_120000/vis_data'],
    ['/w/x/vis_data/20230401_120000.json', 'mmengine', '/w/x/vis_data'],
    ['/w/x/20230401_120000.json', 'mmengine', '/w/x/20230401_120000.json'],
    ['/w/.counterweight/runs/metrics.jsonl', 'jsonl', '/w/.counterweight/runs'],
  ])('%s (%s) belongs to %s', (path, format, run) => {
    expect(runPathOf(path, format)).toBe(run);
  });

  test.each([
    ['/w/logs/exp/train', '/w/logs', 'exp/train'],
    ['/w/logs', '/w/logs', 'logs'],
    ['/w/logs', '/w/logs/metrics.jsonl', 'logs'],
    ['/w/.counterweight/runs/r1', '/w', 'r1'],
  ])('%s seen from %s is called %s', (run, root, name) => {
    expect(runNameOf(run, root)).toBe(name);
  });

  test.each([
    ['events.out.tfevents.1.host', true],
    ['metrics.jsonl', true],
    ['anything.ndjson', true],
    ['log.txt', true],
    ['metrics.json', true],
    ['20210812_190636.log.json', true],
    ['20230401_120000.json', true],
    ['rtmdet_l_coco_20220719_112030.json', true],
    ['20230401.json', false],
    ['metrics.csv', true],
    ['loss.tsv', true],
    ['run-ab12.wandb', true],
    ['vdlrecords.1790000000.log', true],
    ['progress.txt', true],
    ['training.log', true],
    ['backup.swanlab', true],
    ['stdout.log', true],
    ['slurm-3141.out', true],
    ['loss_log.txt', true],
    ['f66d43d7-9c8c-4b0e-9d3f-0a1b2c3d4e5f.txt', true],
    [`mlruns/0/${'0'.repeat(32)}/metrics/val_loss`, true],
    [`mlruns/0/${'0'.repeat(32)}/params/lr`, false],
    ['debug-internal.log', false],
    ['run.json', false],
    ['config.yaml', false],
    ['notes.txt', false],
    ['image.png', false],
  ])('%s is a candidate: %s', (name, expected) => {
    expect(isLogCandidate(`/w/${name}`)).toBe(expected);
  });
});

describe('databases', () => {
  test.each(['mlflow.db', 'Store.SQLite3', 'runs.swanlab', 'mlflow.db-wal', 'mlflow.db-journal'])(
    '%s may hold metrics or their changes',
    (name) => expect(isLogCandidate(`/w/${name}`)).toBe(true),
  );

  test('are what changes when the files beside them do', () => {
    expect(loggedPathOf('/w/mlflow.db-wal')).toBe('/w/mlflow.db');
    expect(loggedPathOf('/w/mlflow.db-journal')).toBe('/w/mlflow.db');
    expect(loggedPathOf('/w/train-wal')).toBe('/w/train-wal');
  });

  test('of Aim are known by two files, and not looked into', () => {
    expect(aimFolderOf('/w/.aim/VERSION')).toBe('/w/.aim');
    expect(aimFolderOf('/w/aim/VERSION')).toBeUndefined();
    expect(isLogCandidate('/w/.aim/VERSION')).toBe(true);
    expect(isIgnoredFolder('/w/.aim/VERSION')).toBe(false);
    expect(isIgnoredFolder('/w/.aim/meta')).toBe(true);
    expect(isIgnoredFolder('/w/.aim')).toBe(false);
  });
});
