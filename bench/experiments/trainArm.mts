import { neverCancelled } from '../../server/src/base/cancellation.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import type { Backend } from '../../server/src/training/backend.ts';
import type { Task, Tf } from '../../server/src/training/task.ts';
import { tasks } from '../../server/src/training/tasks/registry.ts';
import { trainingRun } from '../../server/src/training/trainingRun.ts';
import { checkOptions } from '../../server/src/training/wrongOptions.ts';

/** Configs are written as in a file. */
export type Config = Readonly<Record<string, unknown>> & { readonly task: string };

/** What one training run logged. */
export interface TrainedArm {
  /** The last value of each metric. */
  readonly last: Readonly<Record<string, number>>;
  /** Every logged value of each metric with its step. */
  readonly history: Readonly<
    Record<string, readonly { readonly step: number; readonly value: number }[]>
  >;
}

/** Trains configs of built-in tasks on one backend, one after the other. */
export class ArmTrainer {
  readonly #backend: Backend;
  readonly #tf: Tf;

  private constructor(backend: Backend, tf: Tf) {
    this.#backend = backend;
    this.#tf = tf;
  }

  static async create(backend: Backend): Promise<ArmTrainer> {
    const found = await backend.probe();
    if (!found.available) throw new Error(`${backend.name} does not run here: ${found.reason}`);
    return new ArmTrainer(backend, await backend.load());
  }

  /**
   * @param probeEvery steps between two probes after the first 20; none by default
   * @throws where the config is wrong, naming the key, and where the training breaks off
   */
  async train(
    config: Config,
    { probeEvery = Number.MAX_SAFE_INTEGER }: { readonly probeEvery?: number } = {},
  ): Promise<TrainedArm> {
    const task = findTask(config.task);
    const checked = checkOptions(task, config);
    if (!checked.ok) throw new Error(checked.error.map(({ message }) => message).join(' '));
    const lines: string[] = [];
    await trainingRun(
      {
        ...{ tf: this.#tf, task, config: checked.value, plan: task.plan(checked.value) },
        ...{ probeEvery, readback: 'costly', clock: systemClock },
        createEngine: (spec) => this.#backend.createEngine(this.#tf, spec),
        write(text) {
          lines.push(...text.trimEnd().split('\n'));
        },
        progress: () => undefined,
        notice: (text) => process.stderr.write(`${config.task}: ${text}\n`),
      },
      neverCancelled,
    );
    return collect(lines);
  }
}

function findTask(name: string): Task {
  const task = tasks.find((known) => known.name === name);
  if (!task) throw new Error(`There is no task ${name}.`);
  return task;
}

function collect(lines: readonly string[]): TrainedArm {
  const history: Record<string, { step: number; value: number }[]> = {};
  for (const line of lines) {
    const { step, ...values } = JSON.parse(line) as Record<string, number | string>;
    for (const [metric, value] of Object.entries(values)) {
      history[metric] ??= [];
      history[metric].push({ step: Number(step), value: Number(value) });
    }
  }
  const last = Object.entries(history).map(
    ([metric, points]) => [metric, points.at(-1)?.value ?? Number.NaN] as const,
  );
  return { last: Object.fromEntries(last), history };
}
