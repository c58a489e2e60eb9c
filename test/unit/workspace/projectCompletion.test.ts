import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { readProjectFile } from '../../../server/src/discovery/readProjectFile.ts';
import { completeProject, projectHover } from '../../../server/src/workspace/projectCompletion.ts';
import { TaskSchemas } from '../../../server/src/workspace/taskSchemas.ts';
import { parseMarkedText } from '../../support/markers.ts';

const schema = new TaskSchemas().ofProjectFile();
const names = {
  terms: ['kl', 'recon'],
  metrics: ['train/kl_loss', 'loss'],
  rules: [{ name: 'weak-loss', description: 'A loss that hardly moves the parameters.' }],
};

function complete(fixture: string) {
  const { text, cursor } = parseMarkedText(fixture);
  const items = completeProject(text, cursor?.offset ?? 0, schema, names);
  const choose = (label: string): string => {
    const item = items.find((candidate) => candidate.label === label);
    return item ? applyChanges(text, [item]) : `no ${label}`;
  };
  return { items, labels: items.map(({ label }) => label), choose };
}

describe('what is offered in counterweight.yaml', () => {
  test('the keys that are missing, with what they are for', () => {
    const { items, labels, choose } = complete('logs: [runs]\n$0\n');
    expect(labels).toEqual([
      ...['config', 'log_patterns', 'terms', 'total', 'run', 'ablation', 'rules'],
    ]);
    expect(items.find(({ label }) => label === 'total')?.documentation).toContain(
      'Name of the metric that logs the total loss.',
    );
    expect(choose('terms')).toBe('logs: [runs]\nterms:\n  \n');
  });

  test.each([
    { fixture: 'terms:\n  $0\n', labels: ['kl', 'recon'] },
    { fixture: 'terms:\n  kl:\n    $0\n', labels: ['metric', 'gradient', 'scale'] },
    { fixture: 'terms:\n  kl:\n    scale: $0\n', labels: ['raw', 'weighted', 'unknown'] },
    { fixture: 'terms:\n  kl:\n    metric: tr$0\n', labels: names.metrics },
    { fixture: 'total: $0\n', labels: names.metrics },
    { fixture: 'ablation:\n  metrics: [$0]\n', labels: names.metrics },
    { fixture: 'rules:\n  $0\n', labels: ['weak-loss'] },
    {
      fixture: 'ablation:\n  sets:\n    a:\n      - kind: without\n        term: $0\n',
      labels: ['kl', 'recon'],
    },
    {
      fixture: 'rules:\n  weak-loss:\n    severity: $0\n',
      labels: ['error', 'warning', 'information'],
    },
    {
      fixture: 'run:\n  command: [x]\n  overrides: $0\n',
      labels: ['auto', 'copy', 'argparse', 'detectron2', 'hydra', 'mmengine'],
    },
    { fixture: 'logs: [$0]\n', labels: [] },
    { fixture: '# $0\n', labels: [] },
  ])('$fixture', ({ fixture, labels }) => {
    expect(complete(fixture).labels).toEqual(labels);
  });

  test('what is chosen can be read', () => {
    const text = complete('terms:\n  kl:\n    metric: $0\n').choose('train/kl_loss');
    expect(readProjectFile(text)).toEqual({
      project: { terms: { kl: { metric: 'train/kl_loss' } } },
      problems: [],
    });
  });
});

test.each([
  { text: 'terms:\n  kl: {scale: raw}\n', at: 'scale', says: 'raw or already multiplied' },
  { text: 'rules: {conflict: {window: 9}}\n', at: 'window', says: 'Number of the latest probes' },
  { text: 'ablation: {steps: 5}\n', at: 'ablation', says: 'Keys: ' },
])('the hover of $at says what it is for', ({ text, at, says }) => {
  expect(projectHover(text, text.indexOf(at), schema)?.markdown).toContain(says);
});

test('nothing is said of what the schema does not know', () => {
  expect(projectHover('colour: red\n', 2, schema)).toBeUndefined();
  expect(projectHover('', 0, schema)).toBeUndefined();
});
