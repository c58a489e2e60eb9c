import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { readTrainingConfig } from '../../../server/src/trainHost/readConfig.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';

const names = tasks.map(({ name }) => name).join(', ');

function errorOf(text: string, name = 'train.yaml'): string {
  const read = readTrainingConfig(`/somewhere/${name}`, text);
  return read.ok ? 'no error' : read.error;
}

describe('reading a config to train', () => {
  it('takes the example', () => {
    const path = new URL('../../../examples/flow-edit/train.yaml', import.meta.url);
    const read = readTrainingConfig('train.yaml', readFileSync(path, 'utf8'));
    expect(read).toMatchObject({ ok: true, value: { plan: { strategy: 'fixed', seed: 0 } } });
  });

  it('takes JSON', () => {
    const read = readTrainingConfig('a.json', '{"task": "flow-edit", "steps": 5}');
    expect(read).toMatchObject({ ok: true, value: { plan: { steps: 5 } } });
  });

  it('makes the plan of the steps that were asked for in place of its own', () => {
    const flow = 'model: {transformer: {editor: {flow_matching: {mode: M, exposure: equal}}}}';
    for (const mode of ['alternating', 'two-stage']) {
      const text = `task: flow-edit\nsteps: 900\n${flow.replace('M', mode)}\n`;
      const own = readTrainingConfig('a.yaml', text);
      const asked = readTrainingConfig('a.yaml', text, { steps: 40 });
      expect(own).toMatchObject({ ok: true, value: { plan: { steps: 1800 } } });
      expect(asked).toMatchObject({
        ok: true,
        value: { config: { steps: 40 }, plan: { steps: 80 } },
      });
    }
    const none = readTrainingConfig('a.yaml', 'task: flow-edit\n', { steps: 40 });
    expect(none).toMatchObject({ ok: true, value: { plan: { steps: 40 } } });
    for (const task of tasks) {
      const read = readTrainingConfig('a.yaml', `task: ${task.name}\n`, { steps: 7 });
      expect(read, task.name).toMatchObject({ ok: true, value: { plan: { steps: 7 } } });
    }
  });

  it.each([
    ['seed: 1', `train.yaml: task is missing; it names what to train: ${names}.`],
    ['', `train.yaml: task is missing; it names what to train: ${names}.`],
    [
      'task: gan',
      `train.yaml: task is "gan"; the built-in tasks are ${names}, and a module of your own ends in .ts, .mts, .mjs, .js.`,
    ],
    [
      'task: flow-edit\nbatchsize: 3',
      'train.yaml: batchsize is not a key of this task; did you mean batch_size? ' +
        'Known here are task, seed, steps, batch_size, …',
    ],
    [
      'task: flow-edit\nmodel: {transformer: {editor: {flow_matching: {kl_loss_weight: 1}}}}',
      'train.yaml: model.transformer.editor.flow_matching.kl_loss_weight is not a key of this ' +
        'task; known here are velocity_loss_weight, render_loss_weight, normalize_losses, …',
    ],
    [
      'task: flow-edit\noptimizer: {name: lion, learning_rate: -1}',
      'train.yaml: optimizer.name is "lion": it must be one of adam, adamw, sgd. ' +
        'optimizer.learning_rate is -1: it must be greater than 0.',
    ],
    [
      'task: flow-edit\noptimizer: {groups: {decoder: {learning_rate_factor: 0.1}}}',
      'train.yaml: optimizer.groups.decoder is not a key of this task; known here are ' +
        'velocity, renderer, reconstructor.',
    ],
    [
      'task: flow-edit\nlearning_rate_schedule: {name: step, milestones: [9, 4]}',
      'train.yaml: learning_rate_schedule.milestones is [9,4]: ' +
        'milestones must rise, each later than the one before it.',
    ],
    [
      'task: flow-edit\nprobe: {cut: head}',
      'train.yaml: probe.cut is "head": the cuts of this task are velocity-head; ' +
        'leave it out to probe all parameters.',
    ],
    [
      'task: flow-edit\nmodel: {transformer: {editor: {use_flow_matching: false}}}',
      'train.yaml: model.transformer.editor.use_flow_matching is false: it must be true.',
    ],
  ])('explains %j', (text, error) => {
    // What follows … is the rest of a list that grows.
    const [start = '', cut] = error.split('…');
    const said = errorOf(text);
    expect(cut === undefined ? said : said.slice(0, start.length)).toBe(start);
  });

  it('names the line that does not parse, and endings it does not know', () => {
    expect(errorOf('task: flow-edit\nmodel: [1\n')).toMatch(/^train\.yaml, line \d+: /);
    for (const name of ['train.ini', 'train.py']) {
      expect(errorOf('task = "flow-edit"', name)).toBe(
        `${name}: configs to train with are YAML, JSON or TOML; this ending is none of them.`,
      );
    }
  });

  it('reads TOML', () => {
    expect(errorOf('task = "flow-edit"\nsteps = 3\n', 'train.toml')).toBe('no error');
    expect(errorOf('task = "flow-edit"\nsteps = -3\n', 'train.toml')).toMatch(
      /^train\.toml: steps /,
    );
  });
});
