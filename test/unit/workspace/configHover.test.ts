import { describe, expect, it } from 'vitest';

import { type OptionSchema, optionsOfTask } from '../../../server/src/training/optionSchema.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { configHover } from '../../../server/src/workspace/configHover.ts';
import { TaskSchemas } from '../../../server/src/workspace/taskSchemas.ts';
import { parseMarkedText } from '../../support/markers.ts';

const schemas = new TaskSchemas();

/** The hover at `$0` as it is read, Markdown's backslashes taken away; '' for none. */
function hover(fixture: string, images = false, trusted = true): string {
  const { text, cursor } = parseMarkedText(fixture);
  const file = readConfigFile('file:///w/train.yaml', '/w/train.yaml', text, undefined);
  const found = configHover(file, cursor?.offset ?? 0, {
    images,
    schemas,
    ablationLink: trusted ? (title) => `[${title}](command:ablate)` : undefined,
    experimentLink: trusted ? (title, name) => `[${title}](command:${name})` : undefined,
  });
  return (found?.markdown ?? '').replaceAll(/\\([^A-Za-z0-9\s])/g, '$1');
}

function pictureIn(markdown: string): string {
  const [, encoded = ''] = /base64,([\w+/=]+)/.exec(markdown) ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

/** Paths of the keys without a description. */
function undescribed(schema: OptionSchema, path: string): readonly string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const isSaid = inner.description !== undefined || inner.const !== undefined;
    return [...(isSaid ? [] : [`${path}.${key}`]), ...undescribed(inner, `${path}.${key}`)];
  });
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [...own, ...alternatives.flatMap((inner) => undescribed(inner, path))];
}

describe('every key', () => {
  it.each(tasks)('of $name says what it is for', (task) => {
    expect(undescribed(optionsOfTask(task), task.name)).toEqual([]);
  });
});

describe('the hover of a config', () => {
  it('says what a key means, allows and is by default', () => {
    const text = hover('task: flow-edit\noptimizer:\n  learning_$0rate: 0.1\n');
    expect(text).toContain('optimizer.learning_rate');
    expect(text).toContain('Size of the steps, before the schedule.');
    expect(text).toContain('a number, greater than 0 · default 0.002');
  });

  it('says what a name stands for', () => {
    expect(hover('task: flow-edit\noptimizer:\n  name: sg$0d\n')).toContain(
      '**sgd** — Stochastic gradient descent',
    );
  });

  it('says what the loss and the times of a task are, with trap and source', () => {
    const flow = (line: string) =>
      hover(`task: flow-edit\nmodel: {transformer: {editor: {flow_matching: {${line}}}}}\n`);
    const loss = flow('velocity_loss: smo$0oth-l1');
    expect(loss).toContain('**smooth-l1** — Squared for small errors');
    expect(loss).toContain('⚠ Below β = 1 its gradient is half');
    expect(loss).toContain('Source: Girshick');
    expect(flow('render_loss: {name: perc$0eptual}')).toContain('**perceptual** —');
    expect(flow('time_sampling: {name: mo$0de, scale: 1}')).toContain('eq. 20');
    expect(flow('render_loss: {name: smooth-l1, be$0ta: 1}')).toContain(
      'a number, at least 0 · default 1',
    );
    expect(flow('velocity_$0loss: null')).toContain('null for the mean squared error');
    expect(flow('time_$0sampling: mode')).toContain('default uniform');
  });

  it('is silent elsewhere', () => {
    expect(hover('task: flow-edit\n# wo$0rds\n')).toBe('');
    expect(hover('task: flow-edit\nkitchen: 1$0\n')).toBe('');
    expect(hover('task: segmentation\nsteps: 1$0\n')).toBe('');
  });
});

describe('a schedule', () => {
  const config =
    'task: flow-edit\nsteps: 100\noptimizer: {learning_rate: 0.1}\n' +
    'learning_rate_schedule:\n  name: cos$0ine\n  warmup_steps: 10\n';

  it('is told in numbers', () => {
    const text = hover(config);
    expect(text).toContain('Falls along half a cosine wave');
    expect(text).toMatch(/learning rate: 0\.01 at step 1, 0\.0\d+ at step 50, .* at step 100\./);
    expect(text).not.toContain('svg');
  });

  it('is drawn, with the ends of its axes', () => {
    const text = hover(config, true);
    expect(text).toContain('![learning rate over the steps](data:image/svg+xml;base64,');
    expect(text).toContain('at step 50');
    const svg = pictureIn(text);
    expect(svg).toMatch(/>0\.1<.*>0<.*>step 1<.*>100</);
    expect(svg.match(/L/g)?.length).toBe(99);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('is not drawn from a config that no run would take', () => {
    const text = hover('task: flow-edit\nsteps: none\nlearning_rate_schedule: {name: cos$0ine}\n');
    expect(text).toContain('once the config has no errors');
  });
});

describe('a strategy', () => {
  it.each(strategies)('$name says what it does, costs and guarantees', ({ name, ...strategy }) => {
    const text = hover(`task: flow-edit\nstrategy: $0${name}\n`);
    for (const part of [strategy.description, strategy.source, strategy.trap ?? '']) {
      expect(text).toContain(part.replaceAll(/\\([^A-Za-z0-9\s])/g, '$1'));
    }
    expect(text).toMatch(/\d forward pass.*backward pass/);
    expect(text).toContain('baseline to beat');
    expect(text).toContain('(command:ablate)');
  });

  it.each(strategies.filter(({ curve }) => curve))('$name is drawn over its steps', ({ name }) => {
    const text = hover(`task: flow-edit\nstrategy: $0${name}\n`, true);
    expect(pictureIn(text)).toMatch(/<path d="M[\d. ]+L/);
    expect(pictureIn(text)).not.toMatch(/NaN|undefined/);
  });

  it('names those that do the same with so many losses', () => {
    const text = hover('task: flow-edit\nstrategy: $0imtl-g\n');
    expect(text).toMatch(/Does the same: .*` nash-mtl `.*\. Two losses .* the bisector/);
    expect(text).not.toMatch(/Does the same: .*` fixed `/);
    expect(hover('task: flow-edit\nstrategy: $0mgda\n')).not.toContain('Does the same');
  });

  it('offers no command where nothing may be run', () => {
    expect(hover('task: flow-edit\nstrategy: $0fixed\n', false, false)).not.toContain('command:');
  });

  it('has its options explained', () => {
    const withOptions = strategies.find(({ options }) => Object.keys(options.shape).length > 0);
    const [option = ''] = Object.keys(withOptions?.options.shape ?? {});
    const text = hover(
      `task: flow-edit\nstrategy:\n  name: ${withOptions?.name}\n  $0${option}: 0.1\n`,
    );
    expect(text).toContain(`strategy.${option}`);
    expect(text).toMatch(/default/);
    expect(text).not.toContain('baseline');
  });

  it('that is used without being named is explained on the key', () => {
    expect(hover('task: flow-edit\nstra$0tegy: null\n')).toContain('**fixed** —');
  });
});
