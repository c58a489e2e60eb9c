import type { RunId } from '../model/run.ts';

/** Something that has room for so many runs at once: an accelerator, a GPU of a pool, a cluster. */
export interface Device {
  readonly name: string;
  readonly places: number;
}

/** A run that waits for its turn. */
export interface QueueItem {
  readonly runId: RunId;
  /** Runs of one group are moved together: those of an experiment. */
  readonly group: string;
  /** Any of these will do; the first with a free place is taken. */
  readonly devices: readonly Device[];
}

/** A run whose turn has come. */
export interface RunningItem {
  readonly runId: RunId;
  readonly group: string;
  /** Name of the device that it has a place on. */
  readonly device: string;
  /** `stopping` once it was asked to stop. */
  readonly phase: 'running' | 'stopping';
}

/**
 * Runs in the order in which their turn comes. Each is in one of the lists at most; one that has ended
 * is in neither, and may be asked for again.
 */
export interface QueueState {
  /** While it is true, what runs goes on and nothing else begins. */
  readonly paused: boolean;
  readonly waiting: readonly QueueItem[];
  readonly running: readonly RunningItem[];
}

export type QueueEvent =
  | { readonly type: 'enqueue'; readonly items: readonly QueueItem[] }
  | { readonly type: 'ended'; readonly runId: RunId }
  | { readonly type: 'cancel'; readonly runIds: readonly RunId[] }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  /** What waits of a group goes before the group ahead of it, or behind the one after it. */
  | { readonly type: 'move'; readonly group: string; readonly to: 'earlier' | 'later' };

/** The state after an event and what has to be done in the world because of it. */
export interface QueueStep {
  readonly state: QueueState;
  /** Runs to launch now, in order; they stand in `running` already. */
  readonly launch: readonly RunningItem[];
  /** Running ones to stop now; they stay in `running` until their end is reported. */
  readonly stop: readonly RunId[];
  /** Runs that waited and never will run. */
  readonly dropped: readonly RunId[];
}

export const emptyQueue: QueueState = { paused: false, waiting: [], running: [] };

/** The queue as a pure state machine. Events about runs that it does not know change nothing. */
export function advanceQueue(state: QueueState, event: QueueEvent): QueueStep {
  switch (event.type) {
    case 'enqueue':
      return fillPlaces(enqueue(state, event.items));
    case 'ended':
      return fillPlaces({
        ...state,
        running: state.running.filter(({ runId }) => runId !== event.runId),
      });
    case 'cancel':
      return cancel(state, new Set(event.runIds));
    case 'pause':
      return fillPlaces({ ...state, paused: true });
    case 'continue':
      return fillPlaces({ ...state, paused: false });
    case 'move':
      return fillPlaces({ ...state, waiting: move(state.waiting, event.group, event.to) });
  }
}

/** The groups that have runs in the queue: first those with a run going on, then in their order. */
export function groupsInOrder({ running, waiting }: QueueState): readonly string[] {
  return [...new Set([...running, ...waiting].map(({ group }) => group))];
}

function enqueue(state: QueueState, items: readonly QueueItem[]): QueueState {
  const known = new Set<RunId>([...state.waiting, ...state.running].map(({ runId }) => runId));
  const added = items.filter(({ runId }) => {
    if (known.has(runId)) return false;
    known.add(runId);
    return true;
  });
  return { ...state, waiting: [...state.waiting, ...added] };
}

function cancel(state: QueueState, runIds: ReadonlySet<RunId>): QueueStep {
  const dropped = state.waiting.filter(({ runId }) => runIds.has(runId));
  const stop = state.running.filter(
    ({ runId, phase }) => runIds.has(runId) && phase !== 'stopping',
  );
  const next: QueueState = {
    ...state,
    waiting: state.waiting.filter(({ runId }) => !runIds.has(runId)),
    running: state.running.map((item) =>
      runIds.has(item.runId) ? { ...item, phase: 'stopping' } : item,
    ),
  };
  return {
    ...fillPlaces(next),
    stop: stop.map(({ runId }) => runId),
    dropped: dropped.map(({ runId }) => runId),
  };
}

function move(
  waiting: readonly QueueItem[],
  group: string,
  to: 'earlier' | 'later',
): readonly QueueItem[] {
  const order = [...new Set(waiting.map((item) => item.group))];
  const from = order.indexOf(group);
  const other = order[to === 'earlier' ? from - 1 : from + 1];
  if (from < 0 || other === undefined) return waiting;
  const rank = new Map(order.map((name, index) => [name, index]));
  rank.set(other, from);
  rank.set(group, order.indexOf(other));
  // Sorting is stable: within a group the order stays.
  return [...waiting].sort((a, b) => (rank.get(a.group) ?? 0) - (rank.get(b.group) ?? 0));
}

/** Gives free places to what waits, first come first served for each device. */
function fillPlaces(state: QueueState): QueueStep {
  const launch: RunningItem[] = [];
  const waiting: QueueItem[] = [];
  const taken = new Map<string, number>();
  for (const { device } of state.running) taken.set(device, (taken.get(device) ?? 0) + 1);
  for (const item of state.waiting) {
    const { runId, group, devices } = item;
    const free = devices.find(({ name, places }) => (taken.get(name) ?? 0) < places);
    if (state.paused || !free) {
      waiting.push(item);
      continue;
    }
    taken.set(free.name, (taken.get(free.name) ?? 0) + 1);
    launch.push({ runId, group, device: free.name, phase: 'running' });
  }
  const running = [...state.running, ...launch];
  return { state: { ...state, waiting, running }, launch, stop: [], dropped: [] };
}
