import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import type { Task } from '../../../../server/src/training/task.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';

export interface TrainedToEnd {
  /** One line of metrics for each step. */
  readonly lines: readonly Readonly<Record<string, number>>[];
  readonly notices: readonly string[];
}

/** Trains a task to the end on a backend and collects what was written. */
export async function trainToEnd<Config>(
  task: Task<Config>,
  backend: Backend,
  config: Config,
): Promise<TrainedToEnd> {
  const tf = await backend.load();
  const lines: TrainedToEnd['lines'][number][] = [];
  const notices: string[] = [];
  await trainingRun(
    {
      tf,
      createEngine: (spec) => backend.createEngine(tf, spec),
      readback: backend.readback,
      task,
      config,
      plan: task.plan(config),
      probeEvery: 1_000_000,
      clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
      write: (text) => {
        for (const line of text.trim().split('\n')) lines.push(JSON.parse(line));
      },
      progress: () => undefined,
      notice: (text) => notices.push(text),
    },
    neverCancelled,
  );
  return { lines, notices };
}
