import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  advanceQueue,
  createQueue,
  type QueueEvent,
  type QueueState,
} from '../../../server/src/ablation/queue.ts';
import { type RunId, runIdSchema } from '../../../server/src/model/run.ts';

const id = (name: string | number): RunId => runIdSchema.parse(`r${name}`);

function play(limit: number, events: readonly QueueEvent[]): QueueState {
  return events.reduce((state, event) => advanceQueue(state, event).state, createQueue(limit));
}

describe('one place', () => {
  const enqueued = advanceQueue(createQueue(1), {
    type: 'enqueue',
    runIds: [id('a'), id('b'), id('c')],
  });

  test('launches the first and keeps the order of the rest', () => {
    expect(enqueued.launch).toEqual([id('a')]);
    expect(enqueued.state.waiting).toEqual([id('b'), id('c')]);
    const next = advanceQueue(enqueued.state, { type: 'ended', runId: id('a'), state: 'failed' });
    expect(next.launch).toEqual([id('b')]);
    expect(next.state.done).toEqual([{ runId: id('a'), state: 'failed' }]);
  });

  test('cancelling drops what waits, and stops what runs once', () => {
    const cancelled = advanceQueue(enqueued.state, {
      type: 'cancel',
      runIds: [id('a'), id('c')],
    });
    expect(cancelled.stop).toEqual([id('a')]);
    expect(cancelled.launch).toEqual([]);
    expect(cancelled.state.waiting).toEqual([id('b')]);
    expect(cancelled.state.done).toEqual([{ runId: id('c'), state: 'cancelled' }]);
    const again = advanceQueue(cancelled.state, { type: 'cancel', runIds: [id('a')] });
    expect(again.stop).toEqual([]);
    // It started while it was being stopped: it stays so.
    const started = advanceQueue(again.state, { type: 'started', runId: id('a') });
    expect(started.state.running).toEqual([{ runId: id('a'), phase: 'stopping' }]);
  });

  test('a run that is done waits again when it is resumed', () => {
    const ended = advanceQueue(enqueued.state, { type: 'ended', runId: id('a'), state: 'crashed' });
    const again = advanceQueue(ended.state, { type: 'resume', runId: id('a') });
    expect(again.state.done).toEqual([]);
    expect(again.state.waiting).toContain(id('a'));
    expect(advanceQueue(again.state, { type: 'resume', runId: id('a') }).state).toEqual(
      again.state,
    );
  });

  test('a run that is known already is not taken twice', () => {
    const again = advanceQueue(enqueued.state, { type: 'enqueue', runIds: [id('b'), id('b')] });
    expect(again.state).toEqual(enqueued.state);
  });

  test('events about strangers change nothing', () => {
    const ended: QueueEvent = { type: 'ended', runId: id('x'), state: 'finished' };
    expect(advanceQueue(enqueued.state, ended).state).toEqual(enqueued.state);
    const started: QueueEvent = { type: 'started', runId: id('x') };
    expect(advanceQueue(enqueued.state, started).state).toEqual(enqueued.state);
  });
});

const runId = fc.integer({ min: 0, max: 9 }).map(id);
const event: fc.Arbitrary<QueueEvent> = fc.oneof(
  fc.record({ type: fc.constant('enqueue' as const), runIds: fc.array(runId, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('started' as const), runId }),
  fc.record({
    type: fc.constant('ended' as const),
    runId,
    state: fc.constantFrom('finished', 'failed', 'crashed', 'cancelled'),
  }),
  fc.record({ type: fc.constant('cancel' as const), runIds: fc.array(runId, { maxLength: 4 }) }),
);

function askedFor(events: readonly QueueEvent[]): readonly RunId[] {
  return [...new Set(events.flatMap((one) => (one.type === 'enqueue' ? one.runIds : [])))];
}

/** The runs that were launched, in order. */
function launches(limit: number, events: readonly QueueEvent[]): readonly RunId[] {
  let state = createQueue(limit);
  return events.flatMap((one) => {
    const step = advanceQueue(state, one);
    state = step.state;
    return step.launch;
  });
}

function everyRun(state: QueueState): readonly RunId[] {
  return [
    ...state.waiting,
    ...state.running.map((item) => item.runId),
    ...state.done.map((item) => item.runId),
  ];
}

describe('whatever happens', () => {
  test('never more than the limit run, no place stays free while one waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(event), (limit, events) => {
        const state = play(limit, events);
        expect(state.running.length).toBeLessThanOrEqual(limit);
        if (state.waiting.length > 0) expect(state.running).toHaveLength(limit);
      }),
    );
  });

  test('nothing is lost and nothing stands in two lists', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(event), (limit, events) => {
        expect(everyRun(play(limit, events)).toSorted()).toEqual(askedFor(events).toSorted());
      }),
    );
  });

  test('each run is launched once, in the order of asking', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(event), (limit, events) => {
        const launched = launches(limit, events);
        expect(launched).toEqual(askedFor(events).filter((one) => launched.includes(one)));
      }),
    );
  });

  test('a run that is cancelled while it waits is never launched', () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, after) => {
        const { waiting } = play(1, before);
        const cancelled: QueueEvent = { type: 'cancel', runIds: waiting };
        const launched = launches(1, [...before, cancelled, ...after]);
        expect(launched.filter((one) => waiting.includes(one))).toEqual([]);
      }),
    );
  });
});
