import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { tasks } from '../../../server/src/training/tasks/registry.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { planExperiment } from '../../../server/src/workspace/planExperiment.ts';
import { taskChoicesOf } from '../../../server/src/workspace/taskChoices.ts';

function exampleOf(task: string): string {
  return readFileSync(resolve('examples', task, 'train.yaml'), 'utf8');
}

function configOf(text: string, path = '/train.yaml') {
  return readConfigFile(`file://${path}`, path, text, undefined);
}

function plan(text: string, request: AblationRequest, project: Partial<ProjectFile> = {}) {
  const found = { path: '/counterweight.yaml', project };
  const planned = planExperiment({ config: configOf(text), found, request });
  if (!planned.ok) throw new Error(planned.error);
  return planned.value;
}

function refusalOf(...[text, request, project = {}]: Parameters<typeof plan>): string {
  const found = { path: '/counterweight.yaml', project };
  const planned = planExperiment({ config: configOf(text), found, request });
  return planned.ok ? 'it was planned' : planned.error;
}

function labelsOf(...asked: Parameters<typeof plan>): readonly string[] {
  return plan(...asked).plan.variants.map(({ label }) => label);
}

const flowEdit = exampleOf('flow-edit');

describe.each(tasks.map(({ name }) => name))('%s', (name) => {
  const text = exampleOf(name);
  const choices = taskChoicesOf(configOf(text));

  test('every strategy that needs no options can be compared', () => {
    const names = ['gradnorm', 'pcgrad', 'upgrad'];
    expect(labelsOf(text, { kind: 'strategy', names })).toEqual(['baseline', ...names]);
  });

  test('so can every mode, schedule of the learning rate, form of a loss and shuffled condition', () => {
    if (!choices) throw new Error('the example names no task');
    const others = ({ names, now }: { names: readonly string[]; now?: string | undefined }) =>
      names.filter((each) => each !== now);
    const requests: readonly AblationRequest[] = [
      { kind: 'mode', names: others(choices.mode) },
      { kind: 'schedule', names: others(choices.schedule) },
      ...(choices.shuffles.length > 0 ? [{ kind: 'shuffle' as const }] : []),
    ];
    for (const request of requests) {
      const { plan: made } = plan(text, request);
      expect([request.kind, made.notes]).toEqual([request.kind, []]);
      expect([...made.diffs.values()].filter((diff) => diff === '')).toHaveLength(1);
    }
  });
});

describe('weights of a task', () => {
  test('a sweep leaves out the weight that the config has, and says so', () => {
    const sweep: AblationRequest = { kind: 'sweep', weights: { render: [0.06, 0.6, 6] } };
    const { plan: made, totalSteps } = plan(flowEdit, { ...sweep, seeds: [3], steps: 50 });
    expect(made.title).toBe('sweep of render · train.yaml, 1 seed');
    expect(made.variants.slice(1)).toMatchObject([
      { id: 'render-0.06', label: 'render = 0.06', changes: [{ from: 0.6, to: 0.06 }] },
      { id: 'render-6', label: 'render = 6', changes: [{ from: 0.6, to: 6 }] },
    ]);
    expect(made.notes).toEqual([
      'render = 0.6 is left out: it trains just as the config as it is does.',
    ]);
    expect(totalSteps).toBe(150);
    expect(made.texts.get('render-6')).toMatch(/^steps: 50 .*[\s\S]*render_loss_weight: 6/m);
  });

  test('what the task does not take is refused in its words', () => {
    const request: AblationRequest = { kind: 'sweep', weights: { render: [-1] } };
    const planned = planExperiment({ config: configOf(flowEdit), found: undefined, request });
    expect(planned.ok ? '' : planned.error).toMatch(
      /render_loss_weight is -1: it must be at least 0/,
    );
  });

  test('so it is for a single weight, and for a config that cannot be trained as it is', () => {
    expect(refusalOf(flowEdit, { kind: 'set', term: 'render', value: -1 })).toMatch(
      /^render = -1: .*render_loss_weight is -1: it must be at least 0/,
    );
    const broken = flowEdit.replace('strategy: null', 'strategy: gradnrom');
    expect(refusalOf(broken, { kind: 'without', term: 'render' })).toMatch(
      /^train\.yaml cannot be trained as it is: strategy .*gradnorm/,
    );
  });

  test('the same drawing gives the same weights, another other ones', () => {
    const search: AblationRequest = {
      kind: 'search',
      weights: { velocity: [0.01, 100], render: [0.01, 100] },
      trials: 6,
    };
    const first = labelsOf(flowEdit, search);
    expect(first).toHaveLength(7);
    expect(labelsOf(flowEdit, search)).toEqual(first);
    expect(labelsOf(flowEdit, { ...search, draw: 1 })).not.toEqual(first);
  });

  test('a schedule of a weight takes the place of another strategy with its options', () => {
    const text = flowEdit.replace('strategy: null', 'strategy: {name: dwa, temperature: 3}');
    const request: AblationRequest = { kind: 'schedule', names: ['sigmoid'], term: 'render' };
    const { plan: made } = plan(text, request);
    expect(made.variants[1]?.label).toBe('render sigmoid');
    expect([...made.texts.values()][1]).not.toMatch(/temperature: 3/);
  });

  test('a config with a strategy of its own is compared with fixed weights too', () => {
    const text = flowEdit.replace('strategy: null', 'strategy: dwa');
    const request: AblationRequest = { kind: 'strategy', names: ['pcgrad', 'dwa'] };
    const { plan: made } = plan(text, request);
    expect(made.variants.map(({ label }) => label)).toEqual(['baseline', 'fixed', 'pcgrad']);
    expect(made.notes).toHaveLength(1);
  });
});

describe('weights of a program', () => {
  const text = 'kl_weight: 0.1 # small\nrecon_weight: 1.0\nrate: 0.5\n';
  const run = { command: ['python', 'train.py', '{config}'] };

  test('a grid changes the numbers and nothing else', () => {
    const request: AblationRequest = { kind: 'sweep', weights: { kl: [0.1, 2], recon: [1, 3] } };
    const { plan: made, totalSteps } = plan(text, request, { run });
    expect(made.variants.map(({ id }) => id)).toEqual([
      'baseline',
      'kl-0.1-recon-3',
      'kl-2-recon-1',
      'kl-2-recon-3',
    ]);
    expect(made.texts.get('kl-2-recon-3')).toBe(
      'kl_weight: 2 # small\nrecon_weight: 3.0\nrate: 0.5\n'.replace(
        'kl_weight: 2 ',
        'kl_weight: 2.0 ',
      ),
    );
    expect(made.notes).toEqual([
      'kl = 0.1, recon = 1 is left out: it is the same as the config as it is.',
    ]);
    expect(totalSteps).toBeUndefined();
  });

  test('what the program is not told is said', () => {
    const request: AblationRequest = { kind: 'without', term: 'kl', seeds: [0, 1], steps: 50 };
    const notesOf = (project: Partial<ProjectFile>) =>
      plan(text, request, project).plan.notes.filter((note) => note.startsWith('run.command'));
    expect(notesOf({ run })).toEqual([
      expect.stringMatching(/^run\.command has no \{seed\}: unless .* COUNTERWEIGHT_SEED/),
      expect.stringMatching(/^run\.command has no \{steps\}, .* not told of the 50 steps/),
    ]);
    const told = { command: [...run.command, '--seed={seed}', '{steps}'] };
    expect(notesOf({ run: told })).toEqual([]);
  });

  test('what is left out for the same reason is not told a hundred times', () => {
    const weights = { kl: [...Array(50).fill(3), ...Array(50).fill(4)] };
    const { plan: made } = plan(text, { kind: 'sweep', weights }, { run });
    expect(made.variants).toHaveLength(3);
    expect(made.notes[0]).toBe('kl = 3 is asked for twice, and run once.');
    expect(made.notes[5]).toBe('93 more variants are left out likewise.');
  });

  test('more runs than anybody wants are refused before anything is made of them', () => {
    const seeds = Array.from({ length: 5001 }, (_, at) => at);
    expect(refusalOf(text, { kind: 'without', term: 'kl', seeds }, { run })).toBe(
      'These are 10,002 runs; an experiment has at most 10,000. Ask for fewer variants or seeds.',
    );
    const many = (from: number) => Array.from({ length: 600 }, (_, at) => from + at);
    const sets = {
      big: [2, 1000].map((from) => ({ kind: 'sweep' as const, weights: { kl: many(from) } })),
    };
    const project = { run, ablation: { sets } };
    expect(refusalOf(text, { kind: 'named', name: 'big' }, project)).toMatch(
      /^ablation\.sets\.big: These are 1,200 variants; an experiment has at most 1,000/,
    );
  });

  test('what other keys mean is not known', () => {
    const request: AblationRequest = { kind: 'strategy', names: ['pcgrad'] };
    const found = { path: '/counterweight.yaml', project: { run } };
    const planned = planExperiment({ config: configOf(text), found, request });
    expect(planned.ok ? '' : planned.error).toMatch(/^Only the loss weights/);
  });
});

describe('early stopping', () => {
  const sweep = { kind: 'sweep' as const, weights: { render: [0.1, 1, 2, 4, 8, 16, 32, 64, 99] } };

  test('is part of the plan, by the metric that counterweight.yaml names', () => {
    const ablation = { metrics: ['psnr'], steps: 90 };
    const { halving } = plan(flowEdit, { ...sweep, halving: {} }, { ablation });
    expect(halving).toMatchObject({ metric: 'psnr', rungs: [{ step: 10 }, { step: 30 }] });
    expect(plan(flowEdit, sweep, { ablation }).halving).toBeUndefined();
  });

  test('goes for a named set too, and not where runs differ in length', () => {
    const sets = {
      nine: [{ kind: 'sweep' as const, weights: sweep.weights }],
      steps: [{ kind: 'ready' as const, name: 'modes' }],
    };
    const ablation = { metrics: ['psnr'], steps: 90, sets };
    const nine = plan(flowEdit, { kind: 'named', name: 'nine', halving: {} }, { ablation });
    expect(nine.halving).toMatchObject({ metric: 'psnr', rungs: [{ step: 10 }, { step: 30 }] });
    const asked: AblationRequest = { kind: 'named', name: 'steps', halving: {} };
    expect(refusalOf(flowEdit, asked, { ablation })).toMatch(/other lengths/);
  });

  test('of two variants there is none, and the plan says so', () => {
    const request = { ...sweep, weights: { render: [1, 2] }, halving: { metric: 'psnr' } };
    const { halving, plan: made } = plan(flowEdit, request);
    expect(halving).toBeUndefined();
    expect(made.notes).toEqual(['2 variants are too few to stop some early: all run to the end.']);
  });
});

describe('a named set', () => {
  const sets: NonNullable<NonNullable<ProjectFile['ablation']>['sets']> = {
    paper: [
      { kind: 'without', term: 'render' },
      { kind: 'sweep', weights: { render: [0, 2] } },
      { kind: 'strategy', names: ['pcgrad'] },
      { kind: 'ready', name: 'normalised' },
    ],
    wrong: [{ kind: 'without', term: 'kl' }],
  };

  test('runs the variants of all requests as one, each once', () => {
    const { plan: made } = plan(flowEdit, { kind: 'named', name: 'paper' }, { ablation: { sets } });
    expect(made.title).toBe('paper · train.yaml, 3 seeds');
    expect(made.variants.map(({ label }) => label)).toEqual([
      'baseline',
      'without render',
      'render = 2',
      'pcgrad',
      'normalised',
    ]);
    expect(made.notes).toEqual([
      'render = 0 is left out: it trains just as "without render" does.',
    ]);
  });

  test.each([
    ['wrong', /^ablation\.sets\.wrong, entry 1: There is no loss term "kl"/],
    ['none', /no set "none" in ablation\.sets .* paper, wrong\.$/],
  ])('%s is refused in words', (name, words) => {
    const found = { path: '/counterweight.yaml', project: { ablation: { sets } } };
    const request = { kind: 'named' as const, name };
    const planned = planExperiment({ config: configOf(flowEdit), found, request });
    expect(planned.ok ? '' : planned.error).toMatch(words);
  });
});
