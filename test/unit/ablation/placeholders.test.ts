import { expect, test } from 'vitest';

import { fillPlaceholders } from '../../../server/src/ablation/launchers/placeholders.ts';

const values = { config: '/w/my run/config.yaml', run_dir: '/w/my run', seed: 3, steps: 200 };

test.each([
  [
    ['train.py', '--config', '{config}'],
    ['train.py', '--config', '/w/my run/config.yaml'],
  ],
  [
    ['--out={run_dir}/x', '{seed}{seed}'],
    ['--out=/w/my run/x', '33'],
  ],
  [
    ['--steps', '{steps}'],
    ['--steps', '200'],
  ],
  [
    ['{{config}}', '{"a": {"b": 1}}', '{}', '$&{seed}'],
    ['{config}', '{"a": {"b": 1}}', '{}', '$&3'],
  ],
])('%j', (command, filled) => {
  expect(fillPlaceholders(command, values)).toEqual({ ok: true, value: filled });
});

test('a value that looks like a placeholder is not filled again', () => {
  const result = fillPlaceholders(['{config}'], { ...values, config: '/w/{seed}/$&.yaml' });
  expect(result).toEqual({ ok: true, value: ['/w/{seed}/$&.yaml'] });
});

test('an unknown placeholder names its nearest', () => {
  const result = fillPlaceholders(['--out', '{rundir}'], values);
  expect(result.ok ? '' : result.error).toContain('{rundir} in the argument "{rundir}"');
  expect(result.ok ? '' : result.error).toContain('did you mean {run_dir}?');
});

test('a placeholder without a value is an error in words', () => {
  const { steps: _steps, ...withoutSteps } = values;
  const result = fillPlaceholders(['--steps={steps}'], withoutSteps);
  expect(result.ok ? '' : result.error).toContain('the number of steps is not known');
});
