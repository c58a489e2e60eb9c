import { join } from 'node:path';

import { groupsInOrder } from '../ablation/queue.ts';
import { isFinalState } from '../model/run.ts';
import type { AblationSummary, QueueSummary } from '../protocol/ablation.ts';
import type { KnownExperiment } from './knownExperiment.ts';
import type { QueueMemory } from './queueMemory.ts';
import type { RunCatalog } from './runCatalog.ts';
import { runsFolder } from './runFolder.ts';
import type { RunQueue } from './runQueue.ts';

/** What the list of experiments is made of. */
export interface SummarySources {
  readonly catalog: RunCatalog;
  readonly queue: RunQueue;
  readonly queueMemory: QueueMemory;
}

/** An experiment as lists show it. */
export function summarizeExperiment(
  sources: SummarySources,
  experiment: KnownExperiment,
  configUri: string,
): AblationSummary {
  const { record, place, interruptedAt, canGoOn } = experiment;
  const { id, title, state, createdAt } = record;
  const labels = new Map(record.variants.map((variant) => [variant.id, variant.label]));
  const runs = record.runs.map((run) => ({
    ...run,
    label: labels.get(run.variant) ?? run.variant,
  }));
  const given = {
    reason: record.reason,
    rank: rankOf(sources, id),
    secondsLeft: place === 'here' ? secondsLeft(sources, experiment) : undefined,
    elsewhere: place === 'elsewhere' || undefined,
    interruptedAt,
    canGoOn: canGoOn || undefined,
  };
  return {
    ...{ id, title, configUri, state, runs, createdAt },
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** The queue as a whole. */
export function summarizeQueue({ state }: RunQueue): QueueSummary {
  return {
    paused: state.paused,
    waiting: state.waiting.length,
    running: state.running.length,
  };
}

function rankOf({ queue, queueMemory }: SummarySources, id: string): number | undefined {
  const rank = groupsInOrder(queue.state).indexOf(id);
  return rank < 0 ? queueMemory.rankOf(id) : rank;
}

/**
 * By the mean time of its runs that have finished, as many at once as now; the time that the running
 * ones have had already is taken as half of theirs.
 */
function secondsLeft(
  { catalog }: SummarySources,
  { workspaceFolder, record }: KnownExperiment,
): number | undefined {
  const parent = runsFolder(workspaceFolder);
  const times = record.runs.flatMap(({ runId, state }) => {
    const known = state === 'finished' ? catalog.find(join(parent, runId))?.record : undefined;
    return known?.endedAt === undefined ? [] : [known.endedAt - known.startedAt];
  });
  if (times.length === 0) return undefined;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length / 1000;
  // What the queue has given to a cluster may wait there.
  const running = record.runs.filter(({ state }) => state === 'running').length;
  const left = record.runs.filter(({ state }) => !isFinalState(state)).length;
  return (mean * Math.max(0, left - running / 2)) / Math.max(1, running);
}
