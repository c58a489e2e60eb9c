import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  advanceQueue,
  type Device,
  emptyQueue,
  groupsInOrder,
  type QueueEvent,
  type QueueItem,
  type QueueState,
  type QueueStep,
} from '../../../server/src/ablation/queue.ts';
import { type RunId, runIdSchema } from '../../../server/src/model/run.ts';

const id = (name: string | number): RunId => runIdSchema.parse(`r${name}`);

const machine: Device = { name: 'machine', places: 1 };
const gpus: readonly Device[] = [
  { name: 'GPU 0', places: 1 },
  { name: 'GPU 1', places: 1 },
];

const item = (
  name: string | number,
  group = 'g',
  devices: readonly Device[] = [machine],
): QueueItem => ({ runId: id(name), group, devices });

const enqueue = (...items: readonly QueueItem[]): QueueEvent => ({ type: 'enqueue', items });

function play(events: readonly QueueEvent[]): QueueState {
  return events.reduce((state, event) => advanceQueue(state, event).state, emptyQueue);
}

const ids = (items: readonly { readonly runId: RunId }[]): readonly RunId[] =>
  items.map(({ runId }) => runId);

describe('one place', () => {
  const enqueued = advanceQueue(emptyQueue, enqueue(item('a'), item('b'), item('c')));

  test('launches the first and keeps the order of the rest', () => {
    expect(ids(enqueued.launch)).toEqual([id('a')]);
    expect(ids(enqueued.state.waiting)).toEqual([id('b'), id('c')]);
    const next = advanceQueue(enqueued.state, { type: 'ended', runId: id('a') });
    expect(ids(next.launch)).toEqual([id('b')]);
    expect(ids(next.state.running)).toEqual([id('b')]);
  });

  test('cancelling drops what waits, and stops what runs once', () => {
    const cancelled = advanceQueue(enqueued.state, { type: 'cancel', runIds: [id('a'), id('c')] });
    expect(cancelled.stop).toEqual([id('a')]);
    expect(cancelled.dropped).toEqual([id('c')]);
    expect(cancelled.launch).toEqual([]);
    expect(ids(cancelled.state.waiting)).toEqual([id('b')]);
    const again = advanceQueue(cancelled.state, { type: 'cancel', runIds: [id('a')] });
    expect(again.stop).toEqual([]);
  });

  test('a run that has ended may be asked for again', () => {
    const ended = advanceQueue(enqueued.state, { type: 'ended', runId: id('a') });
    const again = advanceQueue(ended.state, enqueue(item('a')));
    expect(ids(again.state.waiting)).toEqual([id('c'), id('a')]);
  });

  test('a run that is in the queue already is not taken twice', () => {
    const again = advanceQueue(enqueued.state, enqueue(item('b'), item('b'), item('a')));
    expect(again.state).toEqual(enqueued.state);
  });

  test('events about strangers change nothing', () => {
    const { state } = enqueued;
    expect(advanceQueue(state, { type: 'ended', runId: id('x') }).state).toEqual(state);
    expect(advanceQueue(state, { type: 'cancel', runIds: [id('x')] }).state).toEqual(state);
    expect(advanceQueue(state, { type: 'move', group: 'x', to: 'later' }).state).toEqual(state);
  });

  test('while it is paused what runs goes on, and nothing begins until it continues', () => {
    const paused = play([enqueue(item('a'), item('b')), { type: 'pause' }]);
    const ended = advanceQueue(paused, { type: 'ended', runId: id('a') });
    expect(ended.launch).toEqual([]);
    const more = advanceQueue(ended.state, enqueue(item('c')));
    expect(ids(more.state.waiting)).toEqual([id('b'), id('c')]);
    expect(ids(advanceQueue(more.state, { type: 'continue' }).launch)).toEqual([id('b')]);
  });
});

describe('devices', () => {
  test('a run takes the first of its devices that is free', () => {
    const pool = ['a', 'b', 'c'].map((name) => item(name, 'g', gpus));
    const { state, launch } = advanceQueue(emptyQueue, enqueue(...pool));
    expect(launch.map(({ device }) => device)).toEqual(['GPU 0', 'GPU 1']);
    const next = advanceQueue(state, { type: 'ended', runId: id('b') });
    expect(next.launch).toMatchObject([{ runId: id('c'), device: 'GPU 1' }]);
  });

  test('a full device does not hold up runs of another', () => {
    const { launch, state } = advanceQueue(
      emptyQueue,
      enqueue(item('a'), item('b'), item('c', 'g', gpus)),
    );
    expect(ids(launch)).toEqual([id('a'), id('c')]);
    expect(ids(state.waiting)).toEqual([id('b')]);
  });
});

describe('the order of groups', () => {
  const queued = play([
    enqueue(item('r', 'running')),
    enqueue(item('a1', 'a'), item('a2', 'a')),
    enqueue(item('b1', 'b'), item('b2', 'b')),
    enqueue(item('c1', 'c')),
  ]);
  const order = (state: QueueState) => [...new Set(state.waiting.map(({ group }) => group))];

  test('is changed by a step, whole groups at a time', () => {
    const earlier = advanceQueue(queued, { type: 'move', group: 'c', to: 'earlier' }).state;
    expect(order(earlier)).toEqual(['a', 'c', 'b']);
    const later = advanceQueue(queued, { type: 'move', group: 'a', to: 'later' }).state;
    expect(ids(later.waiting)).toEqual(['b1', 'b2', 'a1', 'a2', 'c1'].map(id));
    expect(groupsInOrder(later)).toEqual(['running', 'b', 'a', 'c']);
  });

  test('stays at the ends, and for a group that only runs', () => {
    for (const [group, to] of [
      ['a', 'earlier'],
      ['c', 'later'],
      ['running', 'later'],
    ] as const) {
      expect(advanceQueue(queued, { type: 'move', group, to }).state).toEqual(queued);
    }
  });
});

const devices = fc.constantFrom<readonly Device[]>(
  [machine],
  gpus,
  [{ name: 'cluster', places: 3 }],
  [{ name: 'GPU 1', places: 1 }, machine],
);
const name = fc.integer({ min: 0, max: 9 });
const deviceOf = fc.array(devices, { minLength: 10, maxLength: 10 });
const eventOf = (devicesOf: readonly (readonly Device[])[]): fc.Arbitrary<QueueEvent> => {
  const items = fc.array(
    name.map((one) => item(one, `g${one % 3}`, devicesOf[one])),
    { maxLength: 4 },
  );
  const runIds = fc.array(name.map(id), { maxLength: 4 });
  return fc.oneof(
    fc.record({ type: fc.constant('enqueue' as const), items }),
    fc.record({ type: fc.constant('ended' as const), runId: name.map(id) }),
    fc.record({ type: fc.constant('cancel' as const), runIds }),
    fc.record({ type: fc.constantFrom('pause' as const, 'continue' as const) }),
    fc.record({
      type: fc.constant('move' as const),
      group: fc.constantFrom('g0', 'g1', 'g2'),
      to: fc.constantFrom('earlier' as const, 'later' as const),
    }),
  );
};
const history = deviceOf.chain((devicesOf) => fc.array(eventOf(devicesOf)));

interface Played {
  readonly before: QueueState;
  readonly event: QueueEvent;
  readonly step: QueueStep;
}

/** Each event with the state that it met and what came of it. */
function steps(events: readonly QueueEvent[]): readonly Played[] {
  let before = emptyQueue;
  return events.map((event) => {
    const played = { before, event, step: advanceQueue(before, event) };
    before = played.step.state;
    return played;
  });
}

const places = new Map(
  [machine, ...gpus, { name: 'cluster', places: 3 }].map((one) => [one.name, one.places]),
);

function running(state: QueueState, device: string): number {
  return state.running.filter((one) => one.device === device).length;
}

/** What should be in the queue after an event, by what was in it before. */
function expected({ before, event, step }: Played): readonly RunId[] {
  const inQueue = new Set([...ids(before.waiting), ...ids(before.running)]);
  if (event.type === 'enqueue') for (const runId of ids(event.items)) inQueue.add(runId);
  if (event.type === 'ended' && ids(before.running).includes(event.runId))
    inQueue.delete(event.runId);
  for (const runId of step.dropped) inQueue.delete(runId);
  return [...inQueue].toSorted();
}

/** Runs that could be launched by an event: those that waited, and those that were asked for by it. */
function launchable({ before, event }: Played): readonly RunId[] {
  const asked = event.type === 'enqueue' ? ids(event.items) : [];
  const ran = ids(before.running);
  return [...ids(before.waiting), ...asked].filter((runId) => !ran.includes(runId));
}

describe('whatever happens', () => {
  test('no device is overfull, and no place of it stays free while one waits for it', () => {
    fc.assert(
      fc.property(history, (events) => {
        const state = play(events);
        for (const [device, most] of places)
          expect(running(state, device)).toBeLessThanOrEqual(most);
        const wanted = state.paused ? [] : state.waiting.flatMap((waiting) => waiting.devices);
        expect(
          wanted.filter(({ name: device, places: most }) => running(state, device) < most),
        ).toEqual([]);
      }),
    );
  });

  test('a run that was asked for waits, runs, has ended or was dropped: never two of these', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const played of steps(events)) {
          const { state } = played.step;
          expect([...ids(state.waiting), ...ids(state.running)].toSorted()).toEqual(
            expected(played),
          );
        }
      }),
    );
  });

  test('what is launched waited until then or was asked for just now, and nothing is while it is paused', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const played of steps(events)) {
          const launched = ids(played.step.launch);
          const could = launchable(played);
          expect(launched.filter((runId) => !could.includes(runId))).toEqual([]);
          if (played.step.state.paused) expect(launched).toEqual([]);
        }
      }),
    );
  });
});
