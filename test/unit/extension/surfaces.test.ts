import { describe, expect, it } from 'vitest';

import {
  kindChoices,
  numberProblem,
  termChoices,
} from '../../../extension/src/commands/ablationChoices.ts';
import { TrendsViews } from '../../../extension/src/panels/trendsViews.ts';
import { renderWebviewPage } from '../../../extension/src/panels/webviewPage.ts';
import { statusText } from '../../../extension/src/statusBar/statusText.ts';
import {
  type AblationArm,
  ablationContext,
  ablationDescription,
  ablationIconState,
  ablationTooltip,
  armDescription,
  queueMessage,
} from '../../../extension/src/views/ablationText.ts';
import {
  escapeMarkdown,
  runContext,
  runDescription,
  runLabel,
  runTooltip,
} from '../../../extension/src/views/runText.ts';
import type { AblationSummary } from '../../../server/src/protocol/ablation.ts';
import type { RunSummary } from '../../../server/src/protocol/runs.ts';
import { toWire } from '../../../server/src/protocol/wire.ts';

const run: RunSummary = {
  id: 'r1',
  name: 'train_1',
  path: '.counterweight/runs/r1',
  configUris: [],
  engine: 'task',
  state: 'running',
  step: 120,
  steps: 600,
  loss: 0.412,
  backend: 'wasm',
  backendReason: 'the fastest here',
  points: 960,
  skipped: { count: 0, examples: [] },
};

describe('TrendsViews', () => {
  const a = 'file:///a.yaml';

  it('tells the first opening and the last closing', () => {
    const views = new TrendsViews();
    expect(views.show('tab', { configUri: a, pixels: 800 })).toEqual([
      { configUri: a, open: true, pixels: 800 },
    ]);
    views.show('side', { configUri: a, pixels: 300 });
    expect(views.hide('tab')).toEqual([]);
    expect(views.hide('side')).toEqual([{ configUri: a, open: false, pixels: 300 }]);
    expect(views.hide('side')).toEqual([]);
  });

  it('asks again for one that comes late, at the width of the widest', () => {
    const views = new TrendsViews();
    views.show('tab', { configUri: a, pixels: 800 });
    expect(views.show('side', { configUri: a, pixels: 300 })).toEqual([
      { configUri: a, open: true, pixels: 800 },
    ]);
    expect(views.keysOf(a)).toEqual(['tab', 'side']);
  });

  it('closes the config that a surface turns away from', () => {
    const views = new TrendsViews();
    views.show('side', { configUri: a, pixels: 300 });
    expect(views.show('side', { configUri: 'file:///b.yaml', pixels: 300 })).toEqual([
      { configUri: a, open: false, pixels: 300 },
      { configUri: 'file:///b.yaml', open: true, pixels: 300 },
    ]);
  });

  it('keeps the run that was picked until it is let go of', () => {
    const views = new TrendsViews();
    views.show('tab', { configUri: a, pixels: 800 });
    expect(views.pick('tab', 'r7')).toMatchObject([{ runId: 'r7' }]);
    views.hide('tab');
    expect(views.show('tab', { configUri: a, pixels: 800 })).toMatchObject([{ runId: 'r7' }]);
    expect(views.pick('tab', '')).toEqual([{ configUri: a, open: true, pixels: 800 }]);
    expect(views.pick('nobody', 'r7')).toEqual([]);
  });

  it('keeps widths within what the server takes, and tells all to a fresh server', () => {
    const views = new TrendsViews();
    views.show('tab', { configUri: a, pixels: 3 });
    expect(views.all()).toEqual([{ configUri: a, open: true, pixels: 50 }]);
  });
});

describe('renderWebviewPage', () => {
  const html = renderWebviewPage({
    title: '<b>',
    scriptUri: 'https://x/trends.js',
    styleUri: 'https://x/trends.css',
    cspSource: 'https://x',
    nonce: 'abc',
    data: { 'config-uri': 'file:///a"b.yaml' },
  });

  it('allows nothing but its own script and style', () => {
    expect(html).toContain(
      `content="default-src 'none'; style-src https://x; script-src 'nonce-abc'; font-src https://x"`,
    );
    expect(html).toContain('<script nonce="abc" src="https://x/trends.js">');
  });

  it('escapes what it is given', () => {
    expect(html).toContain('<title>&lt;b&gt;</title>');
    expect(html).toContain('data-config-uri="file:///a&quot;b.yaml"');
  });
});

describe('toWire', () => {
  it('writes numbers that JSON lacks as strings, at any depth', () => {
    const message = { a: [1, Number.NaN, [Number.NEGATIVE_INFINITY]], b: { c: null, d: 'NaN' } };
    expect(toWire(message)).toEqual({ a: [1, 'NaN', ['-Infinity']], b: { c: null, d: 'NaN' } });
  });
});

describe('statusText', () => {
  const queue = { paused: false, waiting: 0 };
  const calm = { serverDown: false, runs: [], problems: 0, queue };

  it('shows the live run and the problems', () => {
    const status = statusText({ ...calm, runs: [run], problems: 2 });
    expect(status?.text).toBe('$(pulse) 120/600 · loss 0.412 · wasm $(warning) 2');
    expect(status?.tooltip.split('\n')).toEqual([
      'train_1: 120/600 · loss 0.412 · wasm (TensorFlow.js in WebAssembly)',
      '2 problems found.',
      'Click for a menu.',
    ]);
  });

  it('counts further live runs', () => {
    const runs = [run, { ...run, id: 'r2' }];
    expect(statusText({ ...calm, runs })?.text).toMatch(/wasm \+1$/);
  });

  it('rests while nothing runs, and hides where there is nothing at all', () => {
    const runs = [{ ...run, state: 'finished' as const }];
    expect(statusText({ ...calm, runs })?.text).toBe('$(pulse) Counterweight');
    expect(statusText(calm)).toBeUndefined();
  });

  it('tells how many runs wait, and of the pause', () => {
    const waiting = statusText({ ...calm, queue: { paused: false, waiting: 3 } });
    expect(waiting?.tooltip).toContain('3 runs wait.');
    const paused = statusText({ ...calm, queue: { paused: true, waiting: 1 } });
    expect(paused?.text).toBe('$(debug-pause) Counterweight');
    expect(paused?.tooltip).toContain('The queue is paused; 1 run waits.');
  });

  it('says when the server is gone', () => {
    expect(statusText({ ...calm, serverDown: true, runs: [run] })?.severity).toBe('error');
  });
});

describe('the list of runs', () => {
  it('tells state, steps, backend, points and path', () => {
    expect(runTooltip(run).split('\n')).toEqual([
      '**train\\_1**',
      '',
      '- State: running',
      '- Steps: 120/600 · loss 0\\.412',
      '- Backend: wasm \\(TensorFlow\\.js in WebAssembly\\)',
      '- Why this backend: the fastest here',
      '- Points: 960',
      '- Path: \\.counterweight/runs/r1',
    ]);
  });

  it('tells what was skipped, with examples', () => {
    const skipped = { count: 3, examples: ['metrics.jsonl: byte 120', 'byte 240'] };
    expect(runTooltip({ ...run, skipped })).toContain(
      '3 parts not readable, such as metrics\\.jsonl: byte 120; byte 240',
    );
  });

  it('tells what is odd: the first notice in the list, all of them in the tooltip', () => {
    const notices = [
      'render has no path to\n  the encoder, so that its share there is no figure',
      'b',
    ];
    expect(runDescription({ ...run, notices })).toBe(
      '120/600 · loss 0.412 · ⚠ render has no path to the encoder, so that its share there …',
    );
    const many = Array.from({ length: 10 }, (_, index) => `n${index}`);
    const lines = runTooltip({ ...run, notices: many }).split('\n');
    expect(lines.filter((line) => line.startsWith('- Notice: '))).toHaveLength(8);
    expect(lines).toContain('- Notices: 2 more, in run\\.json and in the log');
  });

  it('is called by what tells it from others, with the time of day when it was made', () => {
    const own: RunSummary = {
      ...run,
      name: '20261122-031010-train-baseline-s0',
      state: 'finished',
    };
    const time = new Date('2026-11-22T03:10:10Z');
    const shown = time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    expect(runLabel(own)).toBe('train-baseline-s0');
    expect(runDescription(own)).toBe(`${shown} · finished · 120/600 · loss 0.412`);
    const { state: _, ...watched } = own;
    expect(runLabel(watched)).toBe(own.name);
    expect(runDescription(watched)).toBe('120/600 · loss 0.412');
  });

  it('offers to resume what ended early with a checkpoint', () => {
    const crashed: RunSummary = { ...run, state: 'crashed', resumableFrom: 500 };
    expect(runContext(crashed)).toBe('run.resumable');
    expect(runContext({ ...crashed, state: 'running' })).toBe('run.live');
    expect(runTooltip(crashed)).toContain(
      '- Can be resumed: from step 500, with the config as it was',
    );
  });

  it('lets a log write no markup', () => {
    expect(escapeMarkdown('[x](command:evil)\n<b>')).toBe('\\[x\\]\\(command:evil\\) ⏎ \\<b\\>');
  });

  it.each([
    ['running', 'run.live'],
    ['queued', 'run.live'],
    ['crashed', 'run.ended'],
    [undefined, 'run.ended'],
  ] as const)('offers for a run that is %s what suits %s', (state, context) => {
    const { state: _, ...rest } = run;
    expect(runContext(state === undefined ? rest : { ...rest, state })).toBe(context);
  });
});

describe('the list of ablations', () => {
  const ablation: AblationSummary = {
    id: 'x',
    title: 'without kl · a.yaml, 1 seed',
    configUri: 'file:///a.yaml',
    state: 'running',
    createdAt: 1,
    runs: [
      { runId: 'r0', variant: 'baseline', label: 'baseline', seed: 0, state: 'finished' },
      { runId: 'r1', variant: 'without-kl', label: 'without kl', seed: 0, state: 'running' },
    ],
  };

  const describeIt = (more: Partial<AblationSummary>, queue = { paused: false }) =>
    ablationDescription({ ...ablation, ...more }, queue);

  it('counts the runs of a live one and names the state of others', () => {
    expect(describeIt({})).toBe('run 2 of 2 · a.yaml, 1 seed');
    expect(describeIt({ state: 'finished', title: 'which one?' })).toBe('finished');
  });

  it('says so of one whose runs wait for the queue to go on', () => {
    const paused = { paused: true };
    expect(describeIt({ secondsLeft: 300 }, paused)).toMatch(/^run 2 of 2 · then paused/);
    const runs = ablation.runs.map((arm, at) => ({
      ...arm,
      state: at === 0 ? ('finished' as const) : ('queued' as const),
    }));
    expect(describeIt({ runs, rank: 0 }, paused)).toMatch(/^paused · 1 of 2 runs left/);
    // Their order can be changed meanwhile, so it is to be seen.
    expect(describeIt({ runs, rank: 2 }, paused)).toMatch(/^paused, 2 before it · 1 of 2 runs/);
    expect(describeIt({ runs, rank: 1 })).toMatch(/^waits, 1 before it · 1 of 2 runs left/);
  });

  it('tells of each of its runs how far it is, or why it failed', () => {
    const [arm] = ablation.runs;
    const of = (state: AblationArm['state'], more: Partial<RunSummary> = {}) =>
      arm && armDescription({ ...arm, state }, { ...run, ...more });
    expect(of('running')).toBe('120/600 · loss 0.412');
    expect(of('running', { step: 0, steps: undefined, loss: undefined })).toBe('starting');
    expect(of('failed', { reason: 'exit code 3:\nno data' })).toBe('failed · exit code 3: no data');
    expect(of('finished', { reason: 'old' })).toBe('finished');
    expect(arm && armDescription({ ...arm, state: 'queued' }, undefined)).toBe('queued');
  });

  it('tells how long it takes yet, where it waits, and who else runs it', () => {
    expect(describeIt({ secondsLeft: 300 })).toMatch(/^run 2 of 2 · about 5 min left/);
    const runs = ablation.runs.map((arm) => ({ ...arm, state: 'queued' as const }));
    expect(describeIt({ runs, rank: 2 })).toMatch(/^waits, 2 before it/);
    expect(describeIt({ elsewhere: true })).toMatch(/^1 of 2 runs · in another window/);
    expect(describeIt({ state: 'crashed', canGoOn: true })).toMatch(/^crashed · 1 of 2 runs left/);
  });

  it('shows a clock for one of which nothing runs now', () => {
    const waiting = ablation.runs.map((arm) => ({ ...arm, state: 'queued' as const }));
    expect(ablationIconState(ablation)).toBe('running');
    expect(ablationIconState({ ...ablation, runs: waiting })).toBe('queued');
    expect(ablationIconState({ ...ablation, runs: waiting, elsewhere: true })).toBe('running');
    expect(ablationIconState({ ...ablation, runs: waiting, state: 'crashed' })).toBe('crashed');
  });

  it.each([
    [{}, 'ablation.live'],
    [{ elsewhere: true }, 'ablation.elsewhere'],
    [{ state: 'failed', canGoOn: true }, 'ablation.unfinished'],
    [{ state: 'finished' }, 'ablation.ended'],
  ] as const)('offers for %o what suits', (more, context) => {
    expect(ablationContext({ ...ablation, ...more })).toBe(context);
  });

  it('says above the list that the queue is paused', () => {
    expect(queueMessage({ paused: false, waiting: 9, running: 1 })).toBeUndefined();
    expect(queueMessage({ paused: true, waiting: 9, running: 1 })).toBe(
      'The queue is paused: 9 runs wait, 1 still goes on.',
    );
    expect(queueMessage({ paused: true, waiting: 0, running: 0 })).toBe(
      'The queue is paused: what is started now will wait.',
    );
  });

  it('tells each run', () => {
    expect(ablationTooltip({ ...ablation, reason: 'stopped' }).split('\n')).toEqual([
      '**without kl · a\\.yaml, 1 seed**',
      '',
      '- baseline, seed 0: finished',
      '- without kl, seed 0: running',
      '',
      'stopped',
    ]);
  });
});

describe('the choices of an ablation', () => {
  it('show what the weight becomes', () => {
    const kinds = ['without', 'only', 'scale', 'set'] as const;
    const choices = kindChoices({ term: 'kl', weight: 0.3, kinds });
    expect(choices.map(({ label, description }) => [label, description])).toEqual([
      ['Without kl', '0.3 → 0'],
      ['Only kl', 'all other weights → 0'],
      ['kl × 2', '0.3 → 0.6'],
      ['kl × 0.5', '0.3 → 0.15'],
      ['kl × k…', 'a factor of your own'],
      ['Set kl…', 'a weight of your own'],
    ]);
  });

  it('are only what makes an experiment as the weights are', () => {
    const choices = kindChoices({ term: 'kl', weight: 0, kinds: ['set'] });
    expect(choices.map(({ label }) => label)).toEqual(['Set kl…']);
  });

  it('show the weight of each term', () => {
    const terms = [
      { name: 'kl', weight: 1e-6, line: 3, kinds: [] },
      { name: 'rec', line: 4, kinds: [] },
      { name: 'gan', weight: 2, line: 5, kinds: [], problem: 'A number in the code.' },
    ];
    expect(termChoices(terms).map(({ description }) => description)).toEqual([
      'weight 0.000001',
      'its weight is not a number',
      'weight 2, cannot be varied here',
    ]);
  });

  it.each([
    ['0.5', undefined],
    ['1e-4', undefined],
    ['', 'Write a number, such as 0.5 or 1e-4.'],
    ['much', '"much" is not a number; write one such as 0.5 or 1e-4.'],
    ['Infinity', '"Infinity" is not a number; write one such as 0.5 or 1e-4.'],
    ['0.30', 'With this nothing would differ from the config as it is.'],
  ])('take %j as a number or say why not', (text, expected) => {
    expect(numberProblem(text, { ablation: 'set' }, 0.3)).toBe(expected);
  });

  it('take no factor of 1', () => {
    expect(numberProblem('1', { ablation: 'scale' }, 0.3)).toMatch(/nothing would differ/);
    expect(numberProblem('0.3', { ablation: 'scale' }, 0.3)).toBeUndefined();
  });
});
