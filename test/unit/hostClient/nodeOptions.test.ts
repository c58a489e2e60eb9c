import { describe, expect, it } from 'vitest';

import { optionsForTask } from '../../../server/src/hostClient/nodeOptions.ts';

const quiet = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
];
const asked = ['--experimental-strip-types', ...quiet];

function optionsOf(version: string, modulePath?: string) {
  return optionsForTask({ path: '/usr/bin/node', version }, modulePath);
}

describe('what Node.js is told for a task', () => {
  it('is nothing for a built-in one', () => {
    expect(optionsOf('22.0.0')).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['22.6.0', asked],
    ['22.17.1', asked],
    ['22.18.0', quiet],
    ['23.5.0', asked],
    ['23.6.0', quiet],
    ['24.21.0', quiet],
  ])('%s strips types', (version, options) => {
    expect(optionsOf(version, '/w/task.ts')).toEqual({ ok: true, value: options });
  });

  it('is what to do instead where it cannot strip types', () => {
    expect(optionsOf('22.5.1', '/w/task.mjs')).toEqual({ ok: true, value: quiet });
    expect(optionsOf('22.5.1', '/w/task.ts')).toEqual({
      ok: false,
      error:
        'A task in TypeScript needs Node.js 22.6.0 or newer, and /usr/bin/node is 22.5.1. ' +
        'Install a newer one, set counterweight.nodePath to one, or write the task in JavaScript (.mjs).',
    });
  });
});
