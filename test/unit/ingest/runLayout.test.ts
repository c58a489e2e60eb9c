import { describe, expect, test } from 'vitest';

import { isLogCandidate, runNameOf, runPathOf } from '../../../server/src/ingest/runLayout.ts';

describe('the layout of runs', () => {
  test.each([
    ['/w/logs/exp/events.out.tfevents.1.host', 'tensorboard', '/w/logs/exp'],
    ['/w/logs/exp/metrics.jsonl', 'jsonl', '/w/logs/exp'],
    ['/w/logs/exp/log.txt', 'jsonl', '/w/logs/exp'],
    ['/w/logs/exp/seed-3.jsonl', 'jsonl', '/w/logs/exp/seed-3.jsonl'],
    ['/w/.counterweight/runs/r1/metrics.jsonl', 'jsonl', '/w/.counterweight/runs/r1'],
    ['/w/.counterweight/runs/r1/out/tb/x.tfevents.1', 'tensorboard', '/w/.counterweight/runs/r1'],
    ['/w/.counterweight/runs/r1/out/seed-3.jsonl', 'jsonl', '/w/.counterweight/runs/r1'],
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
    ['run.json', false],
    ['config.yaml', false],
    ['stdout.log', false],
    ['notes.txt', false],
    ['image.png', false],
  ])('%s is a candidate: %s', (name, expected) => {
    expect(isLogCandidate(`/w/${name}`)).toBe(expected);
  });
});
