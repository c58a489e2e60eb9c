import { describe, expect, it } from 'vitest';

import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import {
  renderLossNames,
  velocityLossNames,
} from '../../../server/src/training/tasks/flowEdit/flowEditLosses.ts';
import { checkOptions } from '../../../server/src/training/wrongOptions.ts';
import { problemsOf, readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { trainSmall } from './support/flowEditSetup.ts';

type Flow = Readonly<Record<string, unknown>>;

function check(flow_matching: Flow) {
  return checkOptions(flowEdit, {
    task: 'flow-edit',
    model: { transformer: { editor: { flow_matching } } },
  });
}

function accept(flow: Flow) {
  const checked = check(flow);
  if (!checked.ok) throw new Error(checked.error.map(({ message }) => message).join());
  const { shape } = flowEdit.plan(checked.value);
  return { flow: checked.value.model.transformer.editor.flow_matching, shape };
}

const selectable = [
  ...velocityLossNames.map((name) => ({ term: 'velocity', key: 'velocity_loss', name })),
  ...renderLossNames.map((name) => ({ term: 'render', key: 'render_loss', name })),
];

describe('a loss in a config', () => {
  it('is the task’s own where none is named', () => {
    expect(accept({})).toMatchObject({
      flow: { velocity_loss: null, render_loss: null, time_sampling: { name: 'uniform' } },
      shape: 'batch 128, editor 64, renderer 64',
    });
  });

  it.each(selectable)('$key can be $name, alone and with its options', ({ key, term, name }) => {
    const example = losses.find((loss) => loss.name === name);
    const options = example?.options.parse({}) ?? {};
    const { flow, shape } = accept({ [key]: name });
    expect(flow).toMatchObject({ [key]: { name, options } });
    expect(accept({ [key]: { name, ...options } })).toEqual({ flow, shape });
    expect(shape).toContain(`${term} loss ${name}`);
  });

  it('makes runs of another shape, whose checkpoints and backends are their own', () => {
    const { shape } = accept({
      velocity_loss: { name: 'velocity', time_weighting: 'cosmap' },
      render_loss: { name: 'smooth-l1', beta: 0.1 },
      time_sampling: { name: 'mode', scale: -0.5 },
    });
    expect(shape).toBe(
      'batch 128, editor 64, renderer 64, ' +
        'velocity loss velocity {"time_weighting":"cosmap","location":0,"spread":1,"ends_factor":3,"ends_width":0.2}, ' +
        'render loss smooth-l1 {"beta":0.1}, times mode {"scale":-0.5}',
    );
  });

  it.each([
    [
      { velocity_loss: 'huber' },
      /velocity_loss is "huber": it must be one of absolute-error, .*, velocity\./,
    ],
    [{ velocity_loss: 'smoth-l1' }, /did you mean smooth-l1\?/i],
    [
      { velocity_loss: 'perceptual' },
      /velocity_loss is "perceptual": it must be one of absolute-error/,
    ],
    [
      { render_loss: { name: 'velocity' } },
      /render_loss\.name is "velocity".* one of absolute-error/,
    ],
    [
      { render_loss: { name: 'smooth-l1', bta: 1 } },
      /render_loss\.bta is not a key .* did you mean beta\?/,
    ],
    [{ render_loss: { name: 'smooth-l1', beta: -1 } }, /render_loss\.beta is -1.* at least 0/],
    [
      { velocity_loss: { name: 'velocity', time_weighting: 'sine' } },
      /time_weighting is "sine".* one of constant, remaining-squared, logit-normal, cosmap/,
    ],
    [
      { velocity_loss: { name: 'modality-squared-error', sizes: [3, 4] } },
      /velocity_loss is .*: sizes add up to 7, but the features are 8 wide/,
    ],
    [
      { time_sampling: 'sine' },
      /time_sampling is "sine": it must be one of cosmap, logit-normal, mode, uniform/,
    ],
    [{ time_sampling: { name: 'mode', scale: 2 } }, /time_sampling\.scale is 2.* at most 1\.75/],
  ])('is refused in words: %j', (flow, words) => {
    expect(check(flow)).toMatchObject({
      ok: false,
      error: [{ message: expect.stringMatching(words) }],
    });
  });

  it('is no weight, whatever its options', () => {
    const text = `task: flow-edit
model:
  transformer:
    editor:
      flow_matching:
        velocity_loss_weight: 1
        velocity_loss: {name: modality-squared-error, sizes: [3, 5], weights: [2, 1]}
        render_loss:
          name: smooth-l1
          beta: 0.5
        time_sampling: {name: logit-normal, location: 0.1, spread: 2}
`;
    const file = readConfigFile('file:///w/a.yaml', '/w/a.yaml', text, undefined);
    expect(problemsOf(file)).toEqual([]);
    const terms = file.document ? discoverTerms(file.document) : [];
    expect(terms.map(({ name }) => name)).toEqual(['velocity']);
  });
});

describe('a run with a chosen loss', () => {
  it.each(selectable)('trains with $key $name', async ({ key, term, name }) => {
    const chosen = key === 'velocity_loss' ? { velocityLoss: name } : { renderLoss: name };
    const { lines, tensors } = await trainSmall({ ...chosen, steps: 5 }, { probeEvery: 1 });
    const steps = lines.filter((line) => typeof line[`loss/${term}`] === 'number');
    expect(steps).toHaveLength(5);
    for (const line of steps) {
      expect(Number.isFinite(line[`loss/${term}`])).toBe(true);
      expect(line[`grad_share/${term}`]).toBeGreaterThan(0);
    }
    expect(new Set(tensors).size).toBe(1);
  });

  it('by the name of the velocity’s own form is the same run', async () => {
    const own = await trainSmall({ steps: 5 });
    const named = await trainSmall({ steps: 5, velocityLoss: 'mean-squared-error' });
    const values = ({ lines }: typeof own) => lines.map((line) => line['loss/velocity']);
    expect(values(named)).toEqual(values(own));
    expect(values(own).filter((value) => value !== undefined)).toHaveLength(5);
  });
});
