import { describe, expect, it } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { optimizers } from '../../../server/src/training/optimizers/registry.ts';
import { learningRateSchedules } from '../../../server/src/training/schedules/registry.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';
import { completeConfig } from '../../../server/src/workspace/configCompletion.ts';
import { problemsOf, readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { TaskSchemas } from '../../../server/src/workspace/taskSchemas.ts';
import { parseMarkedText } from '../../support/markers.ts';

const schemas = new TaskSchemas();

function complete(fixture: string, name = 'train.yaml') {
  const { text, cursor } = parseMarkedText(fixture);
  const file = readConfigFile(`file:///w/${name}`, `/w/${name}`, text, undefined);
  const items = completeConfig(file, cursor?.offset ?? 0, schemas);
  /** The text once an item is chosen. */
  const choose = (label: string): string => {
    const item = items.find((candidate) => candidate.label === label);
    if (!item) return `no ${label} among ${items.map((candidate) => candidate.label).join(', ')}`;
    const removed = item.removes ? [{ range: item.removes, newText: '' }] : [];
    return applyChanges(text, [item, ...removed]);
  };
  return { items, labels: items.map(({ label }) => label), choose };
}

const names = (entries: readonly { readonly name: string }[]): readonly string[] =>
  entries.map(({ name }) => name);

describe('keys', () => {
  it('that are missing are offered with what they mean, allow and are by default', () => {
    const { items, labels, choose } = complete('task: flow-edit\nsteps: 3\n$0\n');
    expect(labels).toEqual(expect.arrayContaining(['seed', 'optimizer', 'strategy', 'model']));
    expect(labels).not.toContain('steps');
    expect(items.find(({ label }) => label === 'batch_size')).toMatchObject({
      detail: 'a whole number, at least 1, at most 65536 · default 128',
      documentation: expect.stringContaining('Samples in a mini-batch.'),
    });
    expect(choose('batch_size')).toBe('task: flow-edit\nsteps: 3\nbatch_size: 128\n');
    expect(choose('optimizer')).toBe('task: flow-edit\nsteps: 3\noptimizer:\n  \n');
  });

  it('are offered below others, in lists of their own and behind a value', () => {
    expect(complete('task: flow-edit\noptimizer:\n  name: sgd\n  $0\n').labels).toEqual([
      'learning_rate',
      'momentum',
      'betas',
      'epsilon',
      'weight_decay',
      'groups',
    ]);
    expect(complete('task: flow-edit\noptimizer: {groups: {$0}}\n').labels).toEqual([
      'velocity',
      'renderer',
      'reconstructor',
    ]);
    const { choose } = complete('task: flow-edit\nlearning_rate_schedule:\n  war$0: 5\n');
    expect(choose('warmup_steps')).toBe(
      'task: flow-edit\nlearning_rate_schedule:\n  warmup_steps: 5\n',
    );
  });

  it('select the default, so that typing replaces it', () => {
    const { items } = complete('task: flow-edit\nprobe:\n  $0\n');
    expect(items[0]).toMatchObject({ newText: 'cut: null', selected: { start: 5, end: 9 } });
  });

  it('stand in quotes in JSON', () => {
    const { choose } = complete('{"task": "flow-edit", $0"seed": 1}', 'train.json');
    expect(choose('steps')).toBe('{"task": "flow-edit", "steps": 600,"seed": 1}');
  });

  it('of a strategy begin with its name, and go on with its options', () => {
    expect(complete('task: flow-edit\nstrategy:\n  $0\n').labels).toEqual(['name']);
    for (const { name, options } of strategies) {
      const { labels } = complete(`task: flow-edit\nstrategy:\n  name: ${name}\n  $0\n`);
      expect(labels).toEqual(Object.keys(options.shape));
    }
  });
});

describe('values', () => {
  it('are the names that are registered', () => {
    const optimizer = complete('task: flow-edit\noptimizer: {name: $0}\n');
    expect(optimizer.labels).toEqual(names(optimizers));
    expect(optimizer.items[0]).toMatchObject({
      detail: 'default',
      documentation: expect.stringContaining('Adam'),
    });
    const schedule = complete('task: flow-edit\nlearning_rate_schedule:\n  name: co$0\n');
    expect(schedule.labels).toEqual(names(learningRateSchedules));
    expect(schedule.choose('cosine')).toContain('  name: cosine\n');
    expect(complete('task: flow-edit\nprobe: {cut: $0}\n').labels).toEqual([
      'null',
      'velocity-head',
    ]);
    expect(complete('task: $0\n').labels).toEqual(tasks.map(({ name }) => name));
  });

  it('of strategy are all strategies, alone and with their options in a block', () => {
    const { labels, choose } = complete('task: flow-edit\nstrategy: $0\nsteps: 3\n');
    expect(labels).toEqual(expect.arrayContaining(['null', ...names(strategies)]));
    expect(labels[0]).toBe('null');
    for (const { name, options } of strategies) {
      const keys = Object.keys(options.shape);
      if (keys.length === 0) continue;
      const text = choose(`${name} …`);
      expect(text).toContain(`strategy:\n  name: ${name}\n  `);
      const file = readConfigFile('file:///w/train.yaml', '/w/train.yaml', text, undefined);
      expect(problemsOf(file)).toEqual([]);
    }
  });

  it('of strategy are one mapping in JSON', () => {
    const { items, choose } = complete('{"task": "flow-edit", "strategy": $0}', 'train.json');
    for (const { label } of items.filter(({ kind }) => kind === 'mapping')) {
      const file = readConfigFile('file:///w/a.json', '/w/a.json', choose(label), undefined);
      expect(problemsOf(file)).toEqual([]);
    }
    expect(items.map(({ kind }) => kind)).toContain('mapping');
  });

  it('of a loss are those that fit it, alone and with their options in a block', () => {
    const above =
      'task: flow-edit\nmodel:\n  transformer:\n    editor:\n      flow_matching:\n        ';
    const { items, labels, choose } = complete(`${above}render_loss: $0\n`);
    expect(labels).toEqual([
      'null',
      'absolute-error',
      'cosine-distance',
      'mean-squared-error',
      'perceptual',
      'perceptual …',
      'random-lpips',
      'random-lpips …',
      'smooth-l1',
      'smooth-l1 …',
    ]);
    expect(items[1]?.documentation).toContain('Mean absolute difference');
    expect(choose('smooth-l1 …')).toContain('render_loss:\n  name: smooth-l1\n  beta: 1\n');
    expect(complete(`${above}velocity_loss: {name: velocity, $0}\n`).labels).toEqual([
      'time_weighting',
      'location',
      'spread',
      'ends_factor',
      'ends_width',
    ]);
    expect(complete(`${above}time_sampling: $0\n`).labels).toEqual([
      'uniform',
      'cosmap',
      'logit-normal',
      'logit-normal …',
      'mode',
      'mode …',
    ]);
  });

  it('of a switch are true and false', () => {
    const flow =
      'task: flow-edit\nmodel: {transformer: {editor: {flow_matching: {normalize_losses: $0}}}}';
    expect(complete(flow).labels).toEqual(['false', 'true']);
  });
});

describe('nothing', () => {
  it.each([
    'kl_weight: 1\n$0\n',
    'task: segmentation\n$0\n',
    'task: flow-edit\n# $0\n',
    'task: flow-edit\nkitchen:\n  $0\n',
  ])('is offered in %j', (fixture) => {
    expect(complete(fixture).labels).toEqual([]);
  });
});
