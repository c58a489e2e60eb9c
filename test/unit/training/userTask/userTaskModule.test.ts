import { describe, expect, it } from 'vitest';

import { LeakWatch } from '../../../../server/src/training/userTask/leakWatch.ts';
import {
  lineOfExport,
  lineOfName,
  placeInStack,
} from '../../../../server/src/training/userTask/taskMistake.ts';
import { readTaskModule } from '../../../../server/src/training/userTask/taskModule.ts';
import {
  isTaskModule,
  taskCopyName,
} from '../../../../server/src/training/userTask/taskModuleName.ts';

const right = {
  terms: { data: 'how far off', residual: 'the equation' },
  sharedGroup: 'network',
  create: () => ({}),
};

const text = [
  "import type { Terms } from './counterweight-task.d.ts';",
  '',
  'export const terms: Terms = {',
  "  data: 'how far off',",
  "  'residual': 'the equation',",
  '};',
  "export const sharedGroup = 'network';",
  'export function create({ tf }) {',
  '  return { groups: {}, batch, losses };',
  '}',
].join('\n');

function mistakeOf(exports: Readonly<Record<string, unknown>>, of = text): string {
  const read = readTaskModule(exports, { path: '/w/my-task.ts', text: of });
  return read.ok ? 'none' : read.error.message;
}

describe('the exports of a module', () => {
  it('are a task', () => {
    const read = readTaskModule(right, { path: '/w/my-task.ts', text });
    expect(read).toMatchObject({
      ok: true,
      value: {
        sharedGroup: 'network',
        terms: [
          { name: 'data', description: 'how far off' },
          { name: 'residual', description: 'the equation' },
        ],
      },
    });
  });

  it.each([
    [
      { ...right, terms: undefined },
      "my-task.ts:1: It exports no terms; add: export const terms = { data: 'what this loss compares' };",
    ],
    [
      { ...right, terms: undefined, term: {} },
      'my-task.ts:1: It exports term, which must be called terms.',
    ],
    [
      { default: right },
      "my-task.ts:1: It has a default export; a task exports terms, sharedGroup and create by their names, as in: export const terms = { data: 'what this loss compares' };",
    ],
    [
      { ...right, create: undefined },
      'my-task.ts:1: It exports no create; add: export function create({ tf, options, random }) { … }',
    ],
    [
      { ...right, terms: ['data'] },
      "my-task.ts:3: terms is a list; it must name each loss and say what it is: export const terms = { data: 'what this loss compares' };",
    ],
    [
      { ...right, terms: {} },
      "my-task.ts:3: terms is an empty object; it must name each loss and say what it is: export const terms = { data: 'what this loss compares' };",
    ],
    [
      { ...right, terms: { data: 3 } },
      'my-task.ts:4: terms.data is 3; it must be a text that says what the loss is.',
    ],
    [
      { ...right, terms: { 'L 1': 'x' } },
      'my-task.ts:3: terms names a loss "L 1"; the name of a loss is of lower-case letters, digits and _ and begins with a letter.',
    ],
    [
      { ...right, terms: { data_loss: 'x' } },
      'my-task.ts:3: terms names a loss data_loss; leave out the word that says that it is a loss or a weight, as in data for data_loss.',
    ],
    [
      { ...right, terms: { total: 'x' } },
      'my-task.ts:3: terms names a loss total, which is the name of a metric here.',
    ],
    [
      { ...right, sharedGroup: ['network'] },
      "my-task.ts:7: sharedGroup is a list; it must be the name of the parameters that all losses share: export const sharedGroup = 'network';",
    ],
    [
      { ...right, create: {} },
      'my-task.ts:8: create is an empty object; it must be a function: export function create({ tf, options, random }) { … }',
    ],
  ])('%j are refused', (exports, message) => {
    expect(mistakeOf(exports)).toBe(message);
  });
});

describe('places in the text of a module', () => {
  it('are where a name is exported or given', () => {
    expect(lineOfExport(text, 'create')).toBe(8);
    expect(lineOfExport(text, 'nothing')).toBe(1);
    expect(lineOfName(text, 'residual')).toBe(5);
    expect(lineOfName(text, 'losses', 'create')).toBe(9);
    expect(lineOfName(text, 'nothing', 'create')).toBe(8);
  });

  it('are the first frame of a stack that is no package and no bundle of ours', () => {
    const stack = [
      'Error: shapes do not fit',
      '    at matMul_ (/opt/extension/dist/trainHost.cjs:10:3)',
      '    at Module.matMul (file:///w/node_modules/@tensorflow/tfjs-core/dist/ops.js:7:1)',
      '    at process (node:internal/modules/esm.js:1:1)',
      '    at Object.losses (file:///w/a%20b/my-task.ts:12:9)',
      '    at other (file:///w/a%20b/other.mts:3:4)',
    ].join('\n');
    expect(placeInStack(stack)).toEqual({ path: '/w/a b/my-task.ts', line: 12, column: 9 });
    expect(placeInStack('/w/my-task.ts:3\nenum A {}\n^^^^\n\nSyntaxError: no')).toEqual({
      path: '/w/my-task.ts',
      line: 3,
    });
    expect(placeInStack('Error: nowhere\n    at /opt/dist/trainHost.cjs:1:2')).toBeUndefined();
  });
});

describe('the name of a module', () => {
  it.each(['./my-task.ts', 'a.mts', '../b.mjs', '/w/c.js'])('may be %s', (name) => {
    expect(isTaskModule(name)).toBe(true);
  });

  it.each(['flow-edit', './task.py', 'a.cts', '.ts', 'task.tsx'])('is not %s', (name) => {
    expect(isTaskModule(name)).toBe(false);
  });

  it('keeps its ending in the folder of a run', () => {
    expect(['/w/a.ts', '/w/a.mts', '/w/a.js'].map(taskCopyName)).toEqual([
      'task.ts',
      'task.mts',
      'task.js',
    ]);
  });
});

describe('a watch for leaks', () => {
  /** What is told of counts at the steps from 1 on. */
  function told(counts: readonly number[], every = 1): readonly unknown[] {
    const watch = new LeakWatch();
    return counts.flatMap((count, index) => watch.look((index + 1) * every, count) ?? []);
  }

  it('tells once how many tensors a step leaves behind', () => {
    expect(told(Array.from({ length: 30 }, (_, step) => 100 + 3 * step))).toEqual([3]);
    expect(
      told(
        Array.from({ length: 30 }, (_, look) => 100 + 20 * look),
        10,
      ),
    ).toEqual([2]);
  });

  it('says nothing of what settles, or swings', () => {
    expect(told([10, 20, 30, 40, 50, 50, 50, 50, 50, 50])).toEqual([]);
    expect(told(Array.from({ length: 30 }, (_, step) => 100 + (step % 3)))).toEqual([]);
  });
});
