import type { AblationSummary } from '#protocol/ablation';
import type { RunProgress, RunSummary } from '#protocol/runs';
import { describeFigures, describeTimeLeft, isFinal, type RunState } from './progressText.ts';

/** One notification's worth of work: a run of its own, or a whole experiment. */
export interface ProgressTask {
  /** Id of the run or of the ablation; cancelling it cancels all that belongs to it. */
  readonly key: string;
  readonly kind: 'run' | 'ablation';
  readonly title: string;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly message: string;
  /** The run that spoke last, whose folder is worth a look. */
  readonly runId?: string;
  /** Why the last run that failed did so. */
  readonly reason?: string;
  /** Where in the user's files it went wrong. */
  readonly place?: NonNullable<RunProgress['place']>;
  /** Runs of the experiment: how many in all, and how many have ended. */
  readonly total?: number;
  readonly done?: number;
  /** How long it takes yet, in words; empty where it is not known. */
  readonly left?: string;
  /** Its runs wait, and the queue is paused. */
  readonly paused?: boolean;
}

export interface ProgressBoard {
  readonly live: ReadonlyMap<string, ProgressTask>;
  /** Keys of what has ended, so that a late message does not bring it back. */
  readonly ended: ReadonlySet<string>;
}

export const emptyBoard: ProgressBoard = { live: new Map(), ended: new Set() };

/** What has been heard of. */
export type ProgressEvent =
  | { readonly type: 'expected'; readonly id: string; readonly title: string }
  | { readonly type: 'resumed'; readonly runId: string }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | {
      readonly type: 'ablations';
      readonly ablations: readonly AblationSummary[];
      /** Whether the queue is. */
      readonly paused: boolean;
    }
  | { readonly type: 'runs'; readonly runs: readonly RunSummary[] };

/** What is to be shown because of it. */
export type ProgressEffect =
  | { readonly type: 'show'; readonly task: ProgressTask }
  | { readonly type: 'end'; readonly task: ProgressTask; readonly state: RunState };

export interface Advance {
  readonly board: ProgressBoard;
  readonly effects: readonly ProgressEffect[];
}

/** The next state of the board, and what to show. Pure. */
export function advance(board: ProgressBoard, event: ProgressEvent): Advance {
  switch (event.type) {
    case 'expected':
      return apply(board, expected(board, event.id, event.title));
    case 'resumed':
      return { board: { ...board, ended: without(board.ended, event.runId) }, effects: [] };
    case 'progress':
      return apply(board, progressed(board, event.progress));
    case 'ablations':
      return apply(
        board,
        event.ablations.flatMap((ablation) => ablationEffects(board, ablation, event.paused)),
      );
    case 'runs':
      return apply(
        board,
        event.runs.flatMap((run) => runEffects(board, run)),
      );
  }
}

function apply(board: ProgressBoard, effects: readonly ProgressEffect[]): Advance {
  if (effects.length === 0) return { board, effects };
  const live = new Map(board.live);
  const ended = new Set(board.ended);
  for (const { type, task } of effects) {
    if (type === 'show') {
      live.set(task.key, task);
    } else {
      live.delete(task.key);
      ended.add(task.key);
    }
  }
  return { board: { live, ended }, effects };
}

function without(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return new Set([...keys].filter((other) => other !== key));
}

/** Of an experiment whose runs all wait for their turn, here or on a cluster. */
const waiting = 'waiting';

function expected(board: ProgressBoard, id: string, title: string): readonly ProgressEffect[] {
  if (board.live.has(id) || board.ended.has(id)) return [];
  const task: ProgressTask = { key: id, kind: 'ablation', title, fraction: 0, message: waiting };
  return [{ type: 'show', task }];
}

function progressed(board: ProgressBoard, progress: RunProgress): readonly ProgressEffect[] {
  const key = progress.ablation ?? progress.runId;
  if (board.ended.has(key)) return [];
  if (progress.ablation !== undefined) {
    // An experiment is shown once its title is known: by its summary or by the answer to its start.
    const before = board.live.get(key);
    return before ? [{ type: 'show', task: armProgress(before, progress) }] : [];
  }
  const task: ProgressTask = {
    key,
    kind: 'run',
    title: progress.title,
    fraction: stepFraction(progress),
    message: describeFigures(progress) || progress.state,
    runId: progress.runId,
  };
  if (isFinal(progress.state)) {
    return [{ type: 'end', task: withWhy(task, progress), state: progress.state }];
  }
  return [{ type: 'show', task }];
}

/** An experiment's task after one of its runs has spoken; it ends by its summary alone. */
function armProgress(before: ProgressTask, progress: RunProgress): ProgressTask {
  const { total, done = 0 } = before;
  const figures = describeFigures(progress);
  // One that waits on a cluster says nothing about those that run.
  if (progress.state === 'queued') return before;
  if (isFinal(progress.state)) {
    return { ...withWhy(before, progress), runId: progress.runId };
  }
  const fraction = total === undefined ? 0 : (done + stepFraction(progress)) / total;
  return {
    ...before,
    // Never backwards: between the end of a run and the summary that counts it, progress rests.
    fraction: Math.max(before.fraction, fraction),
    message: [placeInRow(done, total), figures, before.left ?? '']
      .filter((part) => part !== '')
      .join(' · '),
    runId: progress.runId,
  };
}

function ablationEffects(
  board: ProgressBoard,
  ablation: AblationSummary,
  queuePaused: boolean,
): readonly ProgressEffect[] {
  const before = board.live.get(ablation.id);
  if (!before) return [];
  const total = ablation.runs.length;
  const done = ablation.runs.filter((run) => isFinal(run.state)).length;
  const reason = ablation.reason ?? before.reason;
  const left = describeTimeLeft(ablation.secondsLeft);
  const begun = ablation.runs.some((run) => run.state !== 'queued');
  const paused = queuePaused && !ablation.runs.some((run) => run.state === 'running');
  const task: ProgressTask = {
    ...before,
    total,
    done,
    fraction: Math.max(before.fraction, total === 0 ? 0 : done / total),
    message: listMessage(before, { total, done, paused, begun }),
    paused,
    ...(reason === undefined ? {} : { reason }),
    ...(left === '' ? {} : { left }),
  };
  return isFinal(ablation.state)
    ? [{ type: 'end', task, state: ablation.state }]
    : [{ type: 'show', task }];
}

/** What the list has to say: where nothing has changed by it, the figures of the run that spoke last stay. */
function listMessage(
  before: ProgressTask,
  {
    total,
    done,
    paused,
    begun,
  }: Required<Pick<ProgressTask, 'total' | 'done' | 'paused'>> & { readonly begun: boolean },
): string {
  if (paused) return `the queue is paused · ${total - done} of ${total} runs wait`;
  if (!begun) return waiting;
  const isNews = done !== before.done || before.paused || before.message === waiting;
  return isNews ? placeInRow(done, total) : before.message;
}

/** The list of runs ends what its last progress message did not end, or not yet; its figures are newer. */
function runEffects(board: ProgressBoard, run: RunSummary): readonly ProgressEffect[] {
  const task = board.live.get(run.id);
  if (task?.kind !== 'run' || run.state === undefined || !isFinal(run.state)) return [];
  const message = run.step === undefined ? task.message : describeFigures(run);
  return [{ type: 'end', task: withWhy({ ...task, message }, run), state: run.state }];
}

/** With why a run failed, and where; what is known of an earlier one goes, for they belong together. */
function withWhy(
  task: ProgressTask,
  { reason, place }: Pick<RunProgress, 'reason' | 'place'>,
): ProgressTask {
  if (reason === undefined) return task;
  const { place: _, ...rest } = task;
  return { ...rest, reason, ...(place === undefined ? {} : { place }) };
}

/** `run 2 of 4` */
function placeInRow(done: number, total: number | undefined): string {
  return total === undefined ? '' : `run ${Math.min(done + 1, total)} of ${total}`;
}

function stepFraction({ step, steps }: RunProgress): number {
  return steps === undefined || steps <= 0 ? 0 : Math.min(1, Math.max(0, step / steps));
}
