import { expect, test } from 'vitest';

import { hiddenGlobs, weightChoices } from '../../../extension/src/commands/weightChoices.ts';

test('a file is offered with its weights, and opens at the first', () => {
  const weights = [
    { name: 'kl', weight: 0.5, line: 3 },
    { name: 'tv', line: 4 },
  ];
  const [choice] = weightChoices([{ path: '/w/a.yaml', weights }], (path) => path.slice(3));
  expect(choice).toEqual({
    ...{ label: 'a.yaml', description: 'kl = 0.5, tv', path: '/w/a.yaml', line: 3 },
  });
});

test('of files.exclude what is switched on counts', () => {
  const setting = { '**/.git': true, '**/x': false, '**/*.js': { when: '$(basename).ts' } };
  expect(hiddenGlobs(setting)).toEqual(['**/.git']);
  expect(hiddenGlobs(undefined)).toEqual([]);
});
