import { expect, test } from 'vitest';

import {
  hiddenGlobs,
  noWeightsText,
  weightChoices,
  weightsTitle,
} from '../../../extension/src/commands/weightChoices.ts';

test('a file is offered with its weights, and opens at the first', () => {
  const weights = [
    { name: 'kl', weight: 0.5, line: 3 },
    { name: 'tv', line: 4 },
  ];
  const [choice] = weightChoices([{ path: '/w/a.yaml', weights, others: 3 }], (path) =>
    path.slice(3),
  );
  expect(choice).toEqual({
    ...{ label: 'a.yaml', description: 'kl = 0.5, tv, 3 more', path: '/w/a.yaml', line: 3 },
  });
});

test('a file that two workspace folders hold is offered once', () => {
  const config = {
    path: '/w/sub/a.yaml',
    weights: [{ name: 'kl', weight: 1, line: 0 }],
    others: 0,
  };
  const choices = weightChoices([config, { ...config, path: '/w/b.yaml' }, config], (path) => path);
  expect(choices.map(({ path }) => path)).toEqual(['/w/sub/a.yaml', '/w/b.yaml']);
});

test('what was looked at is said', () => {
  expect(weightsTitle({ files: 40, isCut: false })).toBe('Loss Weights in the Workspace');
  expect(weightsTitle({ files: 50_000, isCut: true })).toMatch(/\(the first 50,000 files only\)$/);
  expect(noWeightsText(0)).toMatch(/^No YAML/);
  expect(noWeightsText(1)).toMatch(/in the only file looked at/);
  expect(noWeightsText(1200)).toMatch(/in the 1,200 files looked at/);
});

test('of files.exclude what is switched on counts', () => {
  const setting = { '**/.git': true, '**/x': false, '**/*.js': { when: '$(basename).ts' } };
  expect(hiddenGlobs(setting)).toEqual(['**/.git']);
  expect(hiddenGlobs(undefined)).toEqual([]);
});
