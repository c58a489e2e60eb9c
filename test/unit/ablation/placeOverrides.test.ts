import { expect, test } from 'vitest';

import { fillPlaceholders } from '../../../server/src/ablation/launchers/placeholders.ts';
import { placeOverrides } from '../../../server/src/ablation/overrides/placeOverrides.ts';

const flag = '--cfg-options';
const pairs = ['a.w=0.0', 'b.w=2.0'];

test.each([
  ['at the end', 'train.py --seed {seed}', undefined, 'train.py --seed {seed} a.w=0.0 b.w=2.0'],
  [
    'where it is said',
    'train.py {overrides} --seed {seed}',
    undefined,
    'train.py a.w=0.0 b.w=2.0 --seed {seed}',
  ],
  [
    'behind their option',
    'train.py {config}',
    flag,
    'train.py {config} --cfg-options a.w=0.0 b.w=2.0',
  ],
  [
    'behind what the option has already',
    'train.py {config} --cfg-options c=1 --amp',
    flag,
    'train.py {config} --cfg-options c=1 a.w=0.0 b.w=2.0 --amp',
  ],
  [
    'behind what the option has in one word',
    'train.py {config} --cfg-options=c=1 --amp',
    flag,
    'train.py {config} --cfg-options c=1 a.w=0.0 b.w=2.0 --amp',
  ],
  [
    'behind a negative number that the option has',
    'train.py --opts D.W -1',
    '--opts',
    'train.py --opts D.W -1 a.w=0.0 b.w=2.0',
  ],
  [
    'before the end of the options',
    'run -- train.py --amp -- {config}',
    flag,
    'run -- train.py --amp --cfg-options a.w=0.0 b.w=2.0 -- {config}',
  ],
  [
    'behind the -- of a launcher',
    'run -- train.py {config}',
    flag,
    'run -- train.py {config} --cfg-options a.w=0.0 b.w=2.0',
  ],
  [
    'behind the option that is there for them',
    'train.py {config} --cfg-options {overrides}',
    flag,
    'train.py {config} --cfg-options a.w=0.0 b.w=2.0',
  ],
  [
    'with their option where another stands before them',
    'train.py --work-dir {run_dir} {overrides}',
    flag,
    'train.py --work-dir {run_dir} --cfg-options a.w=0.0 b.w=2.0',
  ],
])('%s', (_, command, option, wanted) => {
  const placed = placeOverrides(command.split(' '), { flag: option, arguments: pairs });
  expect(placed.join(' ')).toBe(wanted);
});

test.each([
  ['train.py {config} {overrides} --amp', 'train.py {config} --amp'],
  ['train.py {config} --cfg-options {overrides}', 'train.py {config}'],
  ['train.py {config} --cfg-options c=1 {overrides}', 'train.py {config} --cfg-options c=1'],
])('the baseline of %s has none', (command, wanted) => {
  expect(placeOverrides(command.split(' '), { flag, arguments: [] }).join(' ')).toBe(wanted);
});

test('inside of an argument they cannot stand', () => {
  const placed = placeOverrides(['train.py', '--x={overrides}'], { arguments: pairs });
  const filled = fillPlaceholders(placed, { config: '/c', run_dir: '/r', seed: 0 });
  expect(filled.ok ? '' : filled.error).toContain(
    '{overrides} in the argument "--x={overrides}" of run.command stands for several arguments',
  );
});
