import { describe, expect, it } from 'vitest';

import { needsLook, planDetail, planText } from '../../../extension/src/commands/planText.ts';
import {
  boundsProblem,
  countProblem,
  namedRequest,
  namesFor,
  readNumbers,
  severalChoices,
  suggestedBounds,
  suggestedWeights,
  weightsProblem,
} from '../../../extension/src/commands/variantChoices.ts';
import type { LossTermsAnswer } from '../../../server/src/protocol/lossTerms.ts';

const terms = [
  { name: 'flow', weight: 1, line: 3, kinds: [] },
  { name: 'kl', weight: 1e-6, line: 4, kinds: [] },
  { name: 'odd', line: 5, kinds: [] },
  { name: 'fixed', weight: 2, line: 6, kinds: [], problem: 'A number in the code.' },
];
const answer: LossTermsAnswer = {
  terms,
  sets: [{ name: 'paper', requests: 3 }],
  choices: {
    strategy: { path: ['strategy'], names: ['dwa', 'fixed', 'pcgrad'], now: 'dwa' },
    schedule: { path: ['learning_rate_schedule', 'name'], names: ['constant', 'cosine'] },
    termSchedules: ['linear'],
    losses: [{ path: ['loss', 'encoder_loss'], names: ['smooth-l1', 'mean-squared-error'] }],
    mode: { path: ['mode'], names: ['joint', 'two-stage'], now: 'joint' },
    shuffles: [{ path: ['condition', 'shuffle_flow'], now: false }],
  },
};

describe('what can be varied beside one weight', () => {
  const choices = severalChoices(answer);

  it('is offered with what the config has now', () => {
    expect(choices.map(({ label, description }) => `${label} | ${description}`)).toEqual([
      'Set paper | 3 requests of counterweight.yaml',
      'Sweep weights… | flow 1, kl 1e-6',
      'Search weights at random… | flow 1, kl 1e-6',
      'Strategies… | now dwa',
      'Form of encoder_loss… | now the form of the task',
      'Schedule of the learning rate… | now constant',
      'Schedule of a loss weight… | now dwa',
      'Mode… | now joint',
      'Shuffle conditions | now shuffle_flow false',
    ]);
  });

  it('is only weights for a program of the user’s own', () => {
    expect(severalChoices({ terms }).map(({ several }) => several)).toEqual(['sweep', 'search']);
  });

  it('leaves out the name that the config has', () => {
    const names = choices.map((choice) => namesFor(answer, choice));
    expect(names[3]).toEqual(['fixed', 'pcgrad']);
    expect(names[4]).toEqual(['smooth-l1', 'mean-squared-error']);
    expect(names[6]).toEqual(['linear']);
    expect(names[7]).toEqual(['two-stage']);
    expect(names[0]).toBeUndefined();
  });

  it('becomes a request', () => {
    const requests = choices.map((choice) => namedRequest(choice, ['x']));
    expect(requests[3]).toEqual({ kind: 'strategy', names: ['x'] });
    expect(requests[4]).toEqual({ kind: 'loss', names: ['x'], key: 'loss.encoder_loss' });
    expect(requests[1]).toBeUndefined();
  });
});

describe('weights that are typed', () => {
  it('are suggested around the weight', () => {
    expect(suggestedWeights(0.5)).toBe('0.05, 0.15, 1.5, 5');
    expect(suggestedWeights(0)).toBe('0.01, 0.1, 1');
    expect(suggestedBounds(0.5)).toBe('0.05, 5');
  });

  it('are read with commas or spaces', () => {
    expect(readNumbers('0.1, 1e-3;10')).toEqual([0.1, 1e-3, 10]);
    expect(weightsProblem('0.1 one', 1)).toMatch(/"one" is not a number/);
    expect(weightsProblem(' ', 1)).toMatch(/Write numbers/);
    expect(weightsProblem('1, 2', 500)).toBeUndefined();
    expect(weightsProblem('1, 2, 3', 500)).toMatch(/^These are 1,500 variants; .* at most 1,000/);
    expect(boundsProblem('0.1, 1')).toBeUndefined();
    expect(boundsProblem('0, 1')).toMatch(/above 0/);
    expect(countProblem('8')).toBeUndefined();
    expect(countProblem('0.5')).toMatch(/whole number/);
  });
});

describe('a plan', () => {
  const variant = { label: 'kl = 1', diff: '-kl: 0\n+kl: 1\n' };
  const plan = {
    title: 'sweep of kl',
    runs: 2,
    isOwn: false,
    lines: ['2 runs.'],
    variants: [variant],
  };

  it('is shown where it is more than one variant a few times', () => {
    expect(needsLook(plan)).toBe(false);
    expect(needsLook({ ...plan, runs: 21 })).toBe(true);
    expect(needsLook({ ...plan, variants: [variant, variant] })).toBe(true);
  });

  it('is shown where it takes long, or nobody knows how long', () => {
    expect(needsLook({ ...plan, seconds: 600 })).toBe(false);
    expect(needsLook({ ...plan, seconds: 601 })).toBe(true);
    expect(needsLook({ ...plan, isOwn: true })).toBe(true);
    expect(needsLook({ ...plan, isOwn: true, seconds: 60 })).toBe(false);
  });

  it('shows what differs where that is little', () => {
    const diff =
      '--- t.yaml\tbaseline\n+++ t.yaml\tx\n@@ -1,2 +1,2 @@\n a: 1\n-  kl: 0\n+  kl: 1\n';
    expect(planDetail({ ...plan, variants: [{ label: 'x', diff }] })).toContain(
      'against: x.\n\n- kl: 0\n+ kl: 1\n\n2 runs.',
    );
    const two = [variant, { ...variant, label: 'kl = 2' }];
    expect(planDetail({ ...plan, variants: two })).toContain('kl = 2:\n- kl: 0\n+ kl: 1');
    const long = Array.from({ length: 20 }, (_, at) => `+k${at}: 1\n`).join('');
    expect(planDetail({ ...plan, variants: [{ label: 'x', diff: long }] })).toMatch(
      /\+ k7: 1\n… and 12 more lines\n/,
    );
  });

  it('names what is compared, and what it takes', () => {
    expect(planDetail({ ...plan, question: 'Which?' })).toBe(
      'Which?\n\nThe config as it is, against: kl = 1.\n\n- kl: 0\n+ kl: 1\n\n2 runs.',
    );
    const many = { ...plan, variants: Array.from({ length: 15 }, () => variant) };
    expect(planDetail(many)).toMatch(/kl = 1, and 3 more\./);
    expect(planText(plan)).toBe('sweep of kl\n2 runs.\n\n# kl = 1\n-kl: 0\n+kl: 1\n');
  });
});
