import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { runIdSchema } from '../../../server/src/model/run.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';
import { type ConfigFile, readConfigFile } from '../../../server/src/workspace/configFile.ts';
import type { KnownRun } from '../../../server/src/workspace/knownRun.ts';
import { planExperiment } from '../../../server/src/workspace/planExperiment.ts';
import { listReadyExperiments } from '../../../server/src/workspace/readyExperiments.ts';

function configOf(text: string): ConfigFile {
  return readConfigFile('file:///train.yaml', '/train.yaml', text, undefined);
}

const flowEdit = readFileSync(resolve('examples/flow-edit/train.yaml'), 'utf8');

function list(text: string, runs: readonly KnownRun[] = []) {
  const file = configOf(text);
  return listReadyExperiments({ file, found: undefined, runs });
}

describe.each(tasks.map((task) => ({ name: task.name, task })))('$name', ({ name, task }) => {
  const path = resolve('examples', name, 'train.yaml');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : `task: ${name}\n`;
  const all = task.ablations ?? [];

  test.each(all.map((ready) => ({ ...ready })))('$name can be run with its example', (ready) => {
    const request = { kind: 'ready' as const, name: ready.name };
    const planned = planExperiment({ config: configOf(text), found: undefined, request });
    expect(planned.ok ? '' : planned.error).toBe('');
    const count = planned.ok
      ? planned.value.plan.variants.length + planned.value.plan.notes.length
      : 0;
    expect(count).toBe(1 + ready.variants.length);
  });

  test('its experiments have names and questions of their own', () => {
    expect(new Set(all.map((ready) => ready.name)).size).toBe(all.length);
    expect(all.map((ready) => ready.name).filter((one) => !/^[a-z0-9-]+$/.test(one))).toEqual([]);
    for (const { question, variants } of all) {
      expect(question).toMatch(/[.?)]$/);
      expect(new Set(variants.map(({ label }) => label)).size).toBe(variants.length);
    }
  });
});

describe('the list', () => {
  test('tells how many runs there are, and how long by the last run that finished', () => {
    const record = {
      schema: 1 as const,
      id: runIdSchema.parse('r'),
      engine: 'task' as const,
      config: 'train.yaml',
      seed: 0,
      startedAt: 10_000,
      endedAt: 19_000,
      steps: 300,
    };
    const run = { id: '/r', name: 'r', configPath: '/train.yaml', discovered: undefined, time: 0 };
    const finished: KnownRun = { ...run, record: { ...record, state: 'finished' } };
    const cancelled: KnownRun = { ...run, record: { ...record, steps: 9, state: 'cancelled' } };
    const [modes] = list(flowEdit, [cancelled, finished]).filter(({ name }) => name === 'modes');
    // Nine seconds for 300 steps. Of the six configs, two have twice the steps of the others.
    expect(modes).toMatchObject({ variants: 6, runs: 18, seconds: 3 * (4 * 27 + 2 * 54) });
    expect(list(flowEdit)[0]).not.toHaveProperty('seconds');
  });

  test('says why an experiment cannot be done', () => {
    const broken = list(flowEdit.replace('batch_size: 256', 'batch_size: many'));
    expect(broken.length).toBeGreaterThan(3);
    for (const { problem } of broken) expect(problem).toMatch(/as it is: batch_size is "many"/);
  });

  test('is empty where no built-in task is named, or a program trains the config', () => {
    expect(list('task: mine\nkl_weight: 1\n')).toEqual([]);
    const file = configOf(flowEdit);
    const project = { run: { command: ['train', '{config}'] }, terms: {} };
    const found = { path: '/counterweight.yaml', project };
    expect(listReadyExperiments({ file, found, runs: [] })).toEqual([]);
  });
});

describe('steps', () => {
  function firstSteps(settings: { steps?: number } | undefined, steps?: number) {
    const ablation = settings ?? {};
    const found = { path: '/counterweight.yaml', project: { terms: {}, ablation } };
    const request = { kind: 'ready' as const, name: 'modes', ...(steps ? { steps } : {}) };
    const planned = planExperiment({ config: configOf(flowEdit), found, request });
    const texts = planned.ok ? [...planned.value.plan.texts.values()] : [];
    const lines = texts.map((text) => /^steps: (\d+)/m.exec(text)?.[1]);
    return [...new Set(lines)];
  }

  test('are the config’s, those of counterweight.yaml, or those that are asked for', () => {
    expect(firstSteps(undefined)).toEqual(['900']);
    expect(firstSteps({ steps: 60 })).toEqual(['60']);
    expect(firstSteps({ steps: 60 }, 50)).toEqual(['50']);
  });
});

test('a name that is not there is answered with those that are', () => {
  const request = { kind: 'ready' as const, name: 'mode' };
  const planned = planExperiment({ config: configOf(flowEdit), found: undefined, request });
  expect(planned.ok ? '' : planned.error).toMatch(
    /^There is no experiment "mode" for train\.yaml; there are .*modes/,
  );
});
