import { describe, expect, it } from 'vitest';

import {
  type Advance,
  advance,
  emptyBoard,
  type ProgressEvent,
} from '../../../extension/src/progress/progressBoard.ts';
import {
  describeFailure,
  describeFigures,
  formatNumber,
  lastCharacters,
  placeName,
  splitTitle,
} from '../../../extension/src/progress/progressText.ts';
import type { AblationSummary } from '../../../server/src/protocol/ablation.ts';
import type { RunProgress, RunSummary } from '../../../server/src/protocol/runs.ts';

function progress(fields: Partial<RunProgress> = {}): ProgressEvent {
  const base: RunProgress = {
    runId: 'r1',
    title: 'flow-edit',
    configUri: 'file:///w/train.yaml',
    state: 'running',
    step: 120,
    steps: 600,
    loss: 0.412345,
    backend: 'wasm',
  };
  return { type: 'progress', progress: { ...base, ...fields } };
}

function ablations(
  states: readonly RunProgress['state'][],
  fields: Partial<AblationSummary> = {},
  paused = false,
): ProgressEvent {
  const summary: AblationSummary = {
    id: 'x',
    title: 'without render',
    configUri: 'file:///w/train.yaml',
    state: 'running',
    runs: states.map((state, index) => ({
      runId: `r${index}`,
      variant: index % 2 === 0 ? 'baseline' : 'without-render',
      label: index % 2 === 0 ? 'baseline' : 'without render',
      seed: 0,
      state,
    })),
    createdAt: 1,
    ...fields,
  };
  return { type: 'ablations', ablations: [summary], paused };
}

const listed: RunSummary = {
  id: 'r1',
  name: 'r1',
  path: 'runs/r1',
  configUris: [],
  engine: 'task',
  points: 0,
  skipped: { count: 0, examples: [] },
};

/** What is left after the events, and all that was to be shown. */
function play(...events: readonly ProgressEvent[]): Advance {
  return events.reduce<Advance>(
    (before, event) => {
      const { board, effects } = advance(before.board, event);
      return { board, effects: [...before.effects, ...effects] };
    },
    { board: emptyBoard, effects: [] },
  );
}

describe('a run', () => {
  it('is shown with its figures', () => {
    expect(play(progress()).effects).toMatchObject([
      {
        type: 'show',
        task: {
          key: 'r1',
          kind: 'run',
          title: 'flow-edit',
          fraction: 0.2,
          message: '120/600 · loss 0.4123 · wasm',
        },
      },
    ]);
  });

  it('ends with its reason', () => {
    const failed = progress({ state: 'failed', reason: 'exit code 1' });
    const { board, effects } = play(progress(), failed);
    expect(effects.at(-1)).toMatchObject({
      type: 'end',
      state: 'failed',
      task: { reason: 'exit code 1', runId: 'r1' },
    });
    expect(board.live.size).toBe(0);
  });

  it('that has ended is not brought back by a late message', () => {
    expect(play(progress({ state: 'finished' }), progress()).effects).toHaveLength(1);
  });

  it('that is resumed is shown again', () => {
    const ended = progress({ state: 'cancelled' });
    const { effects } = play(ended, { type: 'resumed', runId: 'r1' }, progress({ step: 130 }));
    expect(effects.map(({ type }) => type)).toEqual(['end', 'show']);
  });

  it('ends by the list where its own last message was lost', () => {
    const runs: ProgressEvent = {
      type: 'runs',
      runs: [{ ...listed, state: 'crashed', reason: 'killed by SIGKILL' }],
    };
    expect(play(progress(), runs).effects.at(-1)).toMatchObject({
      type: 'end',
      state: 'crashed',
      task: { reason: 'killed by SIGKILL' },
    });
  });

  it('ends at the step that the list has, where that comes before its own last message', () => {
    const done = { ...listed, state: 'finished', step: 600, steps: 600, loss: 0.25 } as const;
    const { effects } = play(progress({ step: 579, steps: 600 }), { type: 'runs', runs: [done] });
    expect(effects.at(-1)).toMatchObject({
      type: 'end',
      state: 'finished',
      task: { message: expect.stringMatching(/^600\/600 · loss 0\.25/) },
    });
  });

  it('that was not started here is nobody’s business', () => {
    const runs: ProgressEvent = { type: 'runs', runs: [{ ...listed, state: 'finished' }] };
    expect(play(runs, ablations(['finished', 'running'])).effects).toEqual([]);
  });
});

describe('an ablation', () => {
  const expected: ProgressEvent = { type: 'expected', id: 'x', title: 'Ablation: without render' };
  const arm = (fields: Partial<RunProgress>): ProgressEvent =>
    progress({ ablation: 'x', ...fields });

  it('has one notification for all its runs', () => {
    const { board } = play(
      expected,
      ablations(['running', 'queued', 'queued', 'queued']),
      arm({ runId: 'r0', step: 300 }),
      ablations(['finished', 'running', 'queued', 'queued']),
      arm({ runId: 'r1', step: 120 }),
    );
    expect([...board.live.values()]).toMatchObject([
      {
        key: 'x',
        kind: 'ablation',
        title: 'Ablation: without render',
        fraction: 0.3,
        message: 'run 2 of 4 · 120/600 · loss 0.4123 · wasm',
      },
    ]);
  });

  it('never goes backwards between the end of a run and the summary that counts it', () => {
    const { effects } = play(
      expected,
      ablations(['running', 'queued']),
      arm({ runId: 'r0', step: 590 }),
      arm({ runId: 'r0', step: 600, state: 'finished' }),
      arm({ runId: 'r1', step: 10 }),
      ablations(['finished', 'running']),
    );
    const fractions = effects.map(({ task }) => task.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it('ends by its summary, with the reason of the run that failed', () => {
    const { effects } = play(
      expected,
      ablations(['running', 'queued']),
      arm({ runId: 'r0', state: 'failed', reason: 'no module named torch' }),
      ablations(['failed', 'cancelled'], { state: 'failed' }),
    );
    expect(effects.at(-1)).toMatchObject({
      type: 'end',
      state: 'failed',
      task: { key: 'x', runId: 'r0', reason: 'no module named torch' },
    });
  });

  it('waits as long as all of its runs do, be it on a cluster', () => {
    const { effects } = play(
      expected,
      ablations(['queued', 'queued']),
      arm({ runId: 'r0', state: 'queued' }),
      arm({ runId: 'r0', step: 300 }),
      arm({ runId: 'r1', state: 'queued' }),
      ablations(['running', 'queued']),
    );
    const figures = 'run 1 of 2 · 300/600 · loss 0.4123 · wasm';
    expect(effects.map(({ task }) => task.message)).toEqual([
      ...['waiting', 'waiting', 'waiting'],
      ...[figures, figures, figures],
    ]);
  });

  it('says that the queue is paused once its last run has ended, until it goes on', () => {
    const { effects } = play(
      expected,
      ablations(['running', 'queued']),
      arm({ runId: 'r0', step: 300 }),
      ablations(['running', 'queued'], {}, true),
      ablations(['finished', 'queued'], {}, true),
      ablations(['finished', 'queued']),
    );
    expect(effects.slice(-3).map(({ task }) => task.message)).toEqual([
      'run 1 of 2 · 300/600 · loss 0.4123 · wasm',
      'the queue is paused · 1 of 2 runs wait',
      'run 2 of 2',
    ]);
  });

  it('that goes on again after its end is shown again', () => {
    const { effects } = play(
      expected,
      ablations(['finished', 'cancelled'], { state: 'cancelled' }),
      { type: 'resumed', runId: 'x' },
      expected,
      ablations(['finished', 'running']),
      ablations(['finished', 'finished'], { state: 'finished' }),
    );
    expect(effects.map(({ type }) => type)).toEqual(['show', 'end', 'show', 'show', 'end']);
    expect(effects.at(-1)).toMatchObject({ state: 'finished' });
  });

  it('waits for its title', () => {
    const { effects } = play(arm({}), expected, arm({}));
    expect(effects.map(({ task }) => task.title)).toEqual([
      'Ablation: without render',
      'Ablation: without render',
    ]);
  });

  it('that ended before its start was answered ends at once', () => {
    const { board, effects } = play(
      expected,
      ablations(['finished', 'finished'], { state: 'finished' }),
    );
    expect(effects.map(({ type }) => type)).toEqual(['show', 'end']);
    expect(board.live.size).toBe(0);
  });
});

describe('texts', () => {
  it.each([
    [describeFigures({ step: 3 }), 'step 3'],
    [describeFigures({ step: 0 }), ''],
    [describeFigures({ step: 0, steps: 9 }), '0/9'],
    [describeFigures({ step: 3, steps: 9, loss: Number.NaN }), '3/9 · loss NaN'],
    [describeFigures({}), ''],
    [formatNumber(0.000_012_345_6), '1.235e-5'],
    [lastCharacters('abcdef', 4), '…def'],
    [splitTitle('without kl · train.yaml, 3 seeds').name, 'without kl'],
    [splitTitle('Which time sampling?').name, 'Which time sampling?'],
    [describeFailure('flow-edit', 'crashed'), 'flow-edit crashed; the log may tell why.'],
    [describeFailure('flow-edit', 'failed', 'exit code 1\n'), 'flow-edit failed: exit code 1'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('a mistake in a task of one’s own', () => {
  const place = { path: '/w/my-task.ts', line: 12, column: 9 };
  const reason = 'my-task.ts:12:9: in losses(): no';

  it.each<readonly [string, ProgressEvent]>([
    ['its last progress', progress({ state: 'failed', reason, place })],
    ['the list', { type: 'runs', runs: [{ ...listed, state: 'failed', reason, place }] }],
  ])('comes with its place, told by %s', (_, last) => {
    const { effects } = play(progress(), last);
    expect(effects.at(-1)).toMatchObject({ type: 'end', task: { reason, place } });
  });

  it('is called by file and line', () => {
    expect(placeName(place.path, place.line)).toBe('my-task.ts:12');
    expect(placeName('C:\\w\\my-task.ts', 3)).toBe('my-task.ts:3');
  });
});
