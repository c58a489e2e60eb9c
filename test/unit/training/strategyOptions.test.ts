import { describe, expect, it } from 'vitest';

import { strategies } from '../../../server/src/training/strategies/registry.ts';
import { planStrategy } from '../../../server/src/training/strategyOptions.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { checkOptions } from '../../../server/src/training/wrongOptions.ts';

function check(strategy: unknown, more: object = {}) {
  return checkOptions(flowEdit, { task: 'flow-edit', strategy, ...more });
}

/** The strategy and its options in the plan of a config. */
function planned(strategy: unknown, more: object = {}) {
  const checked = check(strategy, more);
  if (!checked.ok) throw new Error(checked.error.map(({ message }) => message).join());
  const plan = flowEdit.plan(checked.value);
  return { strategy: plan.strategy, options: plan.strategyOptions };
}

const normalizeLosses = {
  model: { transformer: { editor: { flow_matching: { normalize_losses: true } } } },
};

describe('the strategy of a config', () => {
  it.each([
    [null, { strategy: 'fixed', options: {} }],
    ['dwa', { strategy: 'dwa', options: { temperature: 2, epoch_steps: 100 } }],
    [
      { name: 'dwa', temperature: 1 },
      { strategy: 'dwa', options: { temperature: 1, epoch_steps: 100 } },
    ],
    [
      { name: 'famo', lower_bounds: { render: 0.1 } },
      { strategy: 'famo', options: { rate: 0.025, decay: 1e-3, lower_bounds: { render: 0.1 } } },
    ],
    [
      { name: 'two-stage', first: ['velocity'] },
      { strategy: 'two-stage', options: { first: ['velocity'], switch: 0.5 } },
    ],
    [
      { name: 'linear', term: 'render' },
      { strategy: 'linear', options: { term: 'render', start: 0, end: 1, first: 0, last: 1 } },
    ],
  ])('%j comes with all of its options', (strategy, expected) => {
    expect(planned(strategy)).toEqual(expected);
  });

  it.each(strategies)('can be $name, by its name and with its example', ({ name, example }) => {
    expect(planned(name).strategy).toBe(name);
    const { best, ...options } = { ...example.options };
    expect(planned({ name, ...options }).options).toMatchObject(options);
    expect(best === undefined || name === 'stch').toBe(true);
  });

  it('is normalised where normalize_losses asks for it, and nothing else then', () => {
    expect(planned(null, normalizeLosses).strategy).toBe('normalised');
    expect(planned({ name: 'normalised', decay: 0 }, normalizeLosses)).toMatchObject({
      strategy: 'normalised',
      options: { decay: 0 },
    });
    expect(check('dwa', normalizeLosses)).toMatchObject({
      ok: false,
      error: [{ message: expect.stringMatching(/asks for the strategy normalised/) }],
    });
  });

  it.each([
    ['balance', /^strategy is "balance": it must be one of aligned-mtl, .*, upgrad\./],
    [{ name: 'mgd' }, /^strategy\.name is "mgd".*did you mean mgda/i],
    [{ temperature: 2 }, /^strategy\.name.* one of aligned-mtl/],
    [7, /^strategy is 7/],
    [
      { name: 'dwa', temprature: 2 },
      /^strategy\.temprature is not a key .* did you mean temperature\? .*name, temperature, epoch_steps\./,
    ],
    [{ name: 'dwa', temperature: 0 }, /^strategy\.temperature is 0.* greater than 0/],
    [{ name: 'cagrad', rescale: 3 }, /^strategy\.rescale is 3.* one of 0, 1, 2/],
    [
      { name: 'staged', stages: [{ from: 0.5, factor: 1 }] },
      /^strategy\.stages .*the first stage begins at 0/,
    ],
    [{ name: 'two-stage', first: ['kl'] }, /the losses of this task are velocity, render, not kl/],
    [{ name: 'two-stage', first: 3 }, /^strategy\.first is 3: it must be a /],
    [{ name: 'step', term: 'kl' }, /the losses of this task are velocity, render, not kl/],
    [{ name: 'stch', best: { kl: 1 } }, /the losses of this task are velocity, render, not kl/],
  ])('refuses %j in words', (strategy, words) => {
    const checked = check(strategy);
    expect(checked).toMatchObject({
      ok: false,
      error: [{ message: expect.stringMatching(words) }],
    });
  });

  it('is planned out of a choice, or the way of the task', () => {
    expect(planStrategy(null, 'log')).toEqual({
      strategy: 'log',
      strategyOptions: { epsilon: 1e-8, add_one: false },
    });
  });
});
