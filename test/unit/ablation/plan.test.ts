import { describe, expect, test } from 'vitest';

import { type AblationPlanInput, planAblation } from '../../../server/src/ablation/plan.ts';
import type { WeightAblationRequest } from '../../../server/src/model/ablationRequest.ts';
import type { LossTerm } from '../../../server/src/model/lossTerm.ts';
import { findNode } from '../../../server/src/syntax/configTree.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

const config = `# flow + render
loss:
  velocity_loss_weight: 1.0   # keep
  render_loss_weight: 0.5     # what the picture is worth
steps: 400
seed: 0
`;

const paths = { velocity: 'loss.velocity_loss_weight', render: 'loss.render_loss_weight' };

/** Plans against a text; the terms stand at the given dotted paths. */
function plan(
  text: string,
  request: WeightAblationRequest,
  options: {
    readonly at?: Readonly<Record<string, string>>;
    readonly kind?: LossTerm['kind'];
    readonly seeds?: readonly number[];
  } = {},
): ReturnType<typeof planAblation> {
  const document = parseConfig('train.yaml', text);
  if (!document) throw new Error('no language for the fixture');
  const terms = Object.entries(options.at ?? paths).flatMap(([name, path]): LossTerm[] => {
    const node = findNode(document.root, path.split('.'));
    if (node?.kind !== 'scalar') return [];
    return [
      {
        name,
        path: path.split('.'),
        weight: typeof node.value === 'number' ? node.value : undefined,
        text: node.text,
        keyRange: node.range,
        valueRange: node.range,
        kind: options.kind ?? 'definition',
        confidence: 1,
        recognizer: 'test',
      },
    ];
  });
  const input: AblationPlanInput = {
    document,
    terms,
    request,
    seeds: options.seeds ?? [0, 1],
    configName: 'train.yaml',
  };
  return planAblation(input);
}

function errorOf(result: ReturnType<typeof planAblation>): string {
  return result.ok ? 'it was planned' : result.error;
}

describe('without render, two seeds', () => {
  const result = plan(config, { kind: 'without', term: 'render' });
  const value = result.ok ? result.value : undefined;

  test('the baseline comes first, and the variant says what differs', () => {
    expect(value?.title).toBe('without render · train.yaml, 2 seeds');
    expect(value?.variants).toEqual([
      { id: 'baseline', label: 'baseline', changes: [] },
      {
        id: 'without-render',
        label: 'without render',
        changes: [{ term: 'render', from: 0.5, to: 0 }],
      },
    ]);
  });

  test('only the number changes; comments and layout stay', () => {
    expect(value?.texts.get('baseline')).toBe(config);
    const changed = value?.texts.get('without-render') ?? '';
    expect(changed.replace(/render_loss_weight: 0(\.0)? /, 'render_loss_weight: 0.5 ')).toBe(
      config,
    );
  });

  test('the diff has two lines of context', () => {
    expect(value?.diffs.get('baseline')).toBe('');
    const lines = (value?.diffs.get('without-render') ?? '').trimEnd().split('\n');
    expect(lines[0]).toMatch(/^--- train\.yaml\s+baseline$/);
    expect(lines[1]).toMatch(/^\+\+\+ train\.yaml\s+without render$/);
    expect(lines[2]).toBe('@@ -2,5 +2,5 @@');
    expect(lines.filter((line) => /^[-+] /.test(line))).toHaveLength(2);
    expect(lines).toHaveLength(3 + 6);
  });

  test('all variants of one seed run before the next seed', () => {
    expect(value?.runs).toEqual([
      { variant: 'baseline', seed: 0 },
      { variant: 'without-render', seed: 0 },
      { variant: 'baseline', seed: 1 },
      { variant: 'without-render', seed: 1 },
    ]);
  });
});

test('several weights change in one text', () => {
  const text = 'a_w: 1\nb_w: 2\nc_w: 3\n';
  const result = plan(
    text,
    { kind: 'only', term: 'b' },
    { at: { a: 'a_w', b: 'b_w', c: 'c_w' }, seeds: [5, 5] },
  );
  expect(result.ok && result.value.texts.get('only-b')).toBe('a_w: 0\nb_w: 2\nc_w: 0\n');
  expect(result.ok && result.value.title).toBe('only b · train.yaml, 1 seed');
});

test('the id of a variant is safe as a folder name', () => {
  const result = plan(
    'w: 1\nv: 1\n',
    { kind: 'scale', term: 'a/b c', value: -2.5 },
    { at: { 'a/b c': 'w', other: 'v' } },
  );
  expect(result.ok && result.value.variants[1]?.id).toBe('scale-a-b-c--2.5');
});

test('the id of a variant of a long term is short enough for the name of a run', () => {
  const term = 'loss'.repeat(40);
  const result = plan(
    'w: 1\nv: 1\n',
    { kind: 'without', term },
    { at: { [term]: 'w', other: 'v' } },
  );
  expect(result.ok && result.value.variants[1]?.id).toMatch(/^without-(loss){10}$/);
});

describe('refuses in words', () => {
  test.each<[string, string, WeightAblationRequest, Parameters<typeof plan>[2], RegExp]>([
    [
      'an unknown term',
      config,
      { kind: 'without', term: 'kl' },
      {},
      /no loss term "kl".*velocity, render/,
    ],
    ['no seeds', config, { kind: 'without', term: 'render' }, { seeds: [] }, /at least one seed/],
    [
      'a weight that is not a number',
      config.replace('0.5 ', 'half '),
      { kind: 'without', term: 'render' },
      {},
      /weight of render is not a number/,
    ],
    [
      'a number in the code',
      config,
      { kind: 'without', term: 'render' },
      { kind: 'hard-coded' },
      /number in the code. Lift it/,
    ],
    [
      'a weight that is set elsewhere',
      config,
      { kind: 'without', term: 'render' },
      { kind: 'use' },
      /only used here/,
    ],
    [
      'a config that does not parse',
      `${config}broken: [1,\n`,
      { kind: 'without', term: 'render' },
      {},
      /train\.yaml cannot be read: /,
    ],
    [
      'an anchor that would carry the change along',
      'a_w: &shared 1.0\nb_w: 2.0\nrate: *shared\n',
      { kind: 'set', term: 'a', value: 3 },
      { at: { a: 'a_w', b: 'b_w' } },
      /would also change rate/,
    ],
  ])('%s', (_name, text, request, options, words) => {
    expect(errorOf(plan(text, request, options))).toMatch(words);
  });
});
