import type { RunId, RunState } from '../model/run.ts';

/** A run whose turn has come. */
export interface RunningItem {
  readonly runId: RunId;
  /** `starting` until its process is up; `stopping` once it was asked to stop. */
  readonly phase: 'starting' | 'running' | 'stopping';
}

export interface DoneItem {
  readonly runId: RunId;
  readonly state: RunState;
}

/**
 * Runs in the order in which they were asked for. Every run is in exactly one of the lists; one that
 * is done waits again when it is resumed.
 */
export interface QueueState {
  /** How many may run at once. */
  readonly limit: number;
  readonly waiting: readonly RunId[];
  readonly running: readonly RunningItem[];
  readonly done: readonly DoneItem[];
}

export type QueueEvent =
  | { readonly type: 'enqueue'; readonly runIds: readonly RunId[] }
  /** A run that is done, perhaps in another window, goes on. */
  | { readonly type: 'resume'; readonly runId: RunId }
  | { readonly type: 'started'; readonly runId: RunId }
  | { readonly type: 'ended'; readonly runId: RunId; readonly state: RunState }
  | { readonly type: 'cancel'; readonly runIds: readonly RunId[] };

/** The state after an event and what has to be done in the world because of it. */
export interface QueueStep {
  readonly state: QueueState;
  /** Runs to launch now, in order; they stand in `running` already. */
  readonly launch: readonly RunId[];
  /** Running ones to stop now; they stay in `running` until their end is reported. */
  readonly stop: readonly RunId[];
}

export function createQueue(limit: number): QueueState {
  return { limit, waiting: [], running: [], done: [] };
}

/** The queue as a pure state machine. Events about runs that it does not know change nothing. */
export function advanceQueue(state: QueueState, event: QueueEvent): QueueStep {
  switch (event.type) {
    case 'enqueue':
      return fillPlaces(enqueue(state, event.runIds));
    case 'resume': {
      const done = state.done.filter(({ runId }) => runId !== event.runId);
      return fillPlaces(enqueue({ ...state, done }, [event.runId]));
    }
    case 'started':
      return fillPlaces(setPhase(state, event.runId, 'starting', 'running'));
    case 'ended':
      return fillPlaces(end(state, event.runId, event.state));
    case 'cancel':
      return cancel(state, new Set(event.runIds));
  }
}

function enqueue(state: QueueState, runIds: readonly RunId[]): QueueState {
  const known = new Set<RunId>([
    ...state.waiting,
    ...state.running.map(({ runId }) => runId),
    ...state.done.map(({ runId }) => runId),
  ]);
  const added = [...new Set(runIds)].filter((runId) => !known.has(runId));
  return { ...state, waiting: [...state.waiting, ...added] };
}

function setPhase(
  state: QueueState,
  runId: RunId,
  from: RunningItem['phase'],
  to: RunningItem['phase'],
): QueueState {
  const running = state.running.map((item) =>
    item.runId === runId && item.phase === from ? { runId, phase: to } : item,
  );
  return { ...state, running };
}

function end(state: QueueState, runId: RunId, outcome: RunState): QueueState {
  if (!state.running.some((item) => item.runId === runId)) return state;
  return {
    ...state,
    running: state.running.filter((item) => item.runId !== runId),
    done: [...state.done, { runId, state: outcome }],
  };
}

function cancel(state: QueueState, runIds: ReadonlySet<RunId>): QueueStep {
  const dropped = state.waiting.filter((runId) => runIds.has(runId));
  const stop = state.running
    .filter(({ runId, phase }) => runIds.has(runId) && phase !== 'stopping')
    .map(({ runId }) => runId);
  const next: QueueState = {
    ...state,
    waiting: state.waiting.filter((runId) => !runIds.has(runId)),
    running: state.running.map((item) =>
      runIds.has(item.runId) ? { runId: item.runId, phase: 'stopping' } : item,
    ),
    done: [...state.done, ...dropped.map((runId) => ({ runId, state: 'cancelled' as const }))],
  };
  return { ...fillPlaces(next), stop };
}

function fillPlaces(state: QueueState): QueueStep {
  const free = Math.max(0, state.limit - state.running.length);
  const launch = state.waiting.slice(0, free);
  return {
    state: {
      ...state,
      waiting: state.waiting.slice(launch.length),
      running: [
        ...state.running,
        ...launch.map((runId) => ({ runId, phase: 'starting' as const })),
      ],
    },
    launch,
    stop: [],
  };
}
