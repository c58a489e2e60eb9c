import { expect, test } from 'vitest';

import type { Finding } from '../../../server/src/model/finding.ts';
import { rules } from '../../../server/src/rules/registry.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { canAblate, settlingAblations } from '../../../server/src/workspace/settlingAblations.ts';

function fileOf(text: string) {
  return readConfigFile('file:///train.yaml', '/train.yaml', text, undefined);
}

const three = fileOf('kl_weight: 0.1\nrecon_weight: 1.0\nrender_weight: 0.5\n');

function finding(name: string, change: Partial<Finding> = {}): Finding {
  return { rule: 'R', name, severity: 'warning', term: 'kl', message: '', fixes: [], ...change };
}

const raise = [{ kind: 'set-weight', term: 'kl', weight: 0.5, because: '' }] as const;

test.each([
  [finding('weak-loss', { fixes: raise }), ['without kl', 'kl = 0.5 (now 0.1)']],
  [finding('dominance', { term: 'recon', fixes: raise }), ['only recon', 'kl = 0.5 (now 0.1)']],
  [finding('conflict', { otherTerm: 'render' }), ['without kl', 'without render']],
  [finding('non-finite'), ['without kl']],
])('%j', (asked, labels) => {
  expect(settlingAblations(three, asked).map(({ label }) => label)).toEqual(labels);
});

test('every rule has one, and each can be run', () => {
  for (const { name } of rules) {
    const found = settlingAblations(three, finding(name));
    expect([name, found.length > 0]).toEqual([name, true]);
    expect(found.every(({ request }) => canAblate(three, request))).toBe(true);
  }
});

test('what the config does not allow is not offered', () => {
  const one = fileOf('kl_weight: 0.1\n');
  expect(settlingAblations(one, finding('non-finite'))).toEqual([]);
  const off = fileOf('kl_weight: 0.0\nrecon_weight: 1.0\n');
  expect(settlingAblations(off, finding('non-finite'))).toEqual([]);
});

test('beside a weight that is no number, what the plan would take is offered, and no more', () => {
  const beside = fileOf('kl_weight: 0.1\nrecon_weight: "@{recon}"\n');
  expect(beside.terms.map(({ weight }) => weight)).toEqual([0.1, undefined]);
  expect(canAblate(beside, { kind: 'without', term: 'kl' })).toBe(true);
  expect(canAblate(beside, { kind: 'only', term: 'kl' })).toBe(false);
});
