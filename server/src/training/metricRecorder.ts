import { metricName } from '../model/metricName.ts';
import { probes } from './probes/registry.ts';
import { readStep, type StepNames, type StepOutcome, type StepReading } from './step.ts';
import type { Task, TaskInstance, Tf } from './task.ts';

/** One step's metrics by canonical name (and the task's familiar names). */
export interface StepMetrics {
  readonly step: number;
  /** Seconds since the Unix epoch. */
  readonly wallTime: number;
  readonly totalLoss: number;
  readonly values: Readonly<Record<string, number>>;
}

interface PendingStep {
  readonly step: number;
  readonly wallTime: number;
  readonly outcome: StepOutcome;
}

/** Keeps what steps measured on the device until it is worth reading it back, all in one transfer. */
export class MetricRecorder {
  readonly #tf: Tf;
  readonly #task: Task;
  readonly #names: StepNames;
  #pending: PendingStep[] = [];
  #busyMs = 0;

  constructor(tf: Tf, task: Task, instance: TaskInstance) {
    this.#tf = tf;
    this.#task = task;
    this.#names = {
      terms: task.terms.map((term) => term.name),
      groups: instance.groups.map((group) => group.name),
      sharedGroup: task.sharedGroup,
    };
  }

  get size(): number {
    return this.#pending.length;
  }

  /** Takes over the outcome. `busyMs` is the time that the step took, without pauses between steps. */
  add(step: number, wallTime: number, outcome: StepOutcome, busyMs: number): void {
    this.#pending.push({ step, wallTime, outcome });
    this.#busyMs += busyMs;
  }

  /** Reads all pending steps back and gives their metrics, oldest first. */
  async flush(): Promise<readonly StepMetrics[]> {
    const pending = this.#pending;
    if (pending.length === 0) return [];
    this.#pending = [];
    const started = performance.now();
    const packed = this.#tf.concat1d(pending.map(({ outcome }) => outcome.packed));
    const values = await packed.data<'float32'>();
    packed.dispose();
    const stepMs = (this.#busyMs + performance.now() - started) / pending.length;
    this.#busyMs = 0;
    let start = 0;
    return pending.map(({ step, wallTime, outcome }) => {
      const own = values.subarray(start, start + outcome.packed.size);
      start += outcome.packed.size;
      outcome.dispose();
      const reading = readStep(outcome, own, this.#names);
      return { step, wallTime, ...this.#metrics(outcome.weights, reading, stepMs) };
    });
  }

  dispose(): void {
    for (const { outcome } of this.#pending) outcome.dispose();
    this.#pending = [];
  }

  #metrics(
    weights: readonly number[],
    { losses, probe }: StepReading,
    stepMs: number,
  ): Pick<StepMetrics, 'totalLoss' | 'values'> {
    const values = lossMetrics(this.#names.terms, losses, weights);
    const totalLoss = values[metricName.totalLoss] ?? Number.NaN;
    if (probe) for (const { metrics } of probes) Object.assign(values, metrics(probe));
    for (const [alias, metric] of Object.entries(this.#task.aliases)) {
      const value = values[metric];
      if (value !== undefined) values[alias] = value;
    }
    values['time/step_ms'] = stepMs;
    return { totalLoss, values };
  }
}

/** Losses, weights and the shares of the weighted values |w L| / Σ |w L| (decisions.md 2). */
function lossMetrics(
  terms: readonly string[],
  losses: readonly number[],
  weights: readonly number[],
): Record<string, number> {
  const weighted = terms.map((_, index) => {
    const weight = weights[index] ?? 0;
    // A weight of 0 leaves the term out of the sum, even where its loss is not finite.
    return weight === 0 ? 0 : weight * (losses[index] ?? Number.NaN);
  });
  const magnitude = weighted.reduce((sum, value) => sum + Math.abs(value), 0);
  const metrics: Record<string, number> = {
    [metricName.totalLoss]: weighted.reduce((sum, value) => sum + value, 0),
  };
  for (const [index, term] of terms.entries()) {
    metrics[metricName.loss(term)] = losses[index] ?? Number.NaN;
    metrics[metricName.weight(term)] = weights[index] ?? 0;
    if (magnitude !== 0) {
      metrics[metricName.valueShare(term)] = Math.abs(weighted[index] ?? Number.NaN) / magnitude;
    }
  }
  return metrics;
}
