import { metricName } from '../model/metricName.ts';
import { findNonFinite } from './checkBatch.ts';
import { learningRateAt } from './learningRateCourse.ts';
import type { ProbeReading } from './probe.ts';
import { probes } from './probes/registry.ts';
import { readStep, type StepNames, type StepReading } from './readStep.ts';
import type { StepEngine, StepOutcome } from './stepEngine.ts';
import type { Batch, Task, TaskInstance, TrainingPlan } from './task.ts';

/** One step's metrics by canonical name (and the task's familiar names). */
export interface StepMetrics {
  readonly step: number;
  /** Seconds since the Unix epoch. */
  readonly wallTime: number;
  readonly totalLoss: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface TakenStep {
  readonly step: number;
  readonly wallTime: number;
  readonly outcome: StepOutcome;
  /** Kept until the losses are known, to look for the cause of one that is not finite. */
  readonly batches: readonly Batch[];
  /** Milliseconds that it took, without pauses between steps. */
  readonly busyMs: number;
}

export interface MetricRecorderOptions {
  readonly task: Task;
  readonly plan: TrainingPlan;
  readonly instance: TaskInstance;
  readonly engine: StepEngine;
  /** Told what is odd about the data, each tensor of a batch once. */
  readonly notice: (text: string, step: number) => void;
}

/** Keeps what steps measured on the device until it is worth reading it back, all in one transfer. */
export class MetricRecorder {
  readonly #options: MetricRecorderOptions;
  readonly #names: StepNames;
  readonly #noticed = new Set<string>();
  #pending: TakenStep[] = [];

  constructor(options: MetricRecorderOptions) {
    const { task, instance, plan } = options;
    this.#options = options;
    const cut = plan.probeCut;
    this.#names = {
      terms: plan.terms,
      groups: cut === undefined ? instance.groups.map((group) => group.name) : [cut],
      sharedGroup: cut ?? task.sharedGroup,
    };
  }

  get size(): number {
    return this.#pending.length;
  }

  /** Takes over the outcome and the batches. */
  add(step: TakenStep): void {
    this.#pending.push(step);
  }

  /** Reads all pending steps back and gives their metrics, oldest first. */
  async flush(): Promise<readonly StepMetrics[]> {
    const pending = this.#pending;
    if (pending.length === 0) return [];
    this.#pending = [];
    const { engine } = this.#options;
    const started = performance.now();
    try {
      const read = await engine.read(pending.map(({ outcome }) => outcome));
      const busyMs = pending.reduce((sum, step) => sum + step.busyMs, 0);
      const stepMs = (busyMs + performance.now() - started) / pending.length;
      const metrics: StepMetrics[] = [];
      for (const [index, taken] of pending.entries()) {
        const values = read[index] ?? new Float32Array();
        const reading = readStep(taken.outcome, values, this.#names, engine.paths);
        if (!reading.losses.every(Number.isFinite)) await this.#lookForCause(taken);
        if (reading.probe) this.#noticePaths(reading.probe, taken.step);
        metrics.push(this.#metrics(taken, reading, stepMs));
      }
      return metrics;
    } finally {
      for (const taken of pending) disposeStep(taken);
    }
  }

  dispose(): void {
    for (const taken of this.#pending) disposeStep(taken);
    this.#pending = [];
  }

  #metrics(
    { step, wallTime, outcome: { weights } }: TakenStep,
    { losses, probe }: StepReading,
    stepMs: number,
  ): StepMetrics {
    const { task } = this.#options;
    const values = lossMetrics(this.#names.terms, losses, weights);
    const totalLoss = values[metricName.totalLoss] ?? Number.NaN;
    if (probe) for (const { metrics } of probes) Object.assign(values, metrics(probe));
    Object.assign(values, this.#learningRates(step));
    for (const [alias, metric] of Object.entries(task.aliases)) {
      const value = values[metric];
      if (value !== undefined) values[alias] = value;
    }
    values['time/step_ms'] = stepMs;
    return { step, wallTime, totalLoss, values };
  }

  #learningRates(step: number): Readonly<Record<string, number>> {
    const { plan, instance } = this.#options;
    const { learningRate, groups } = plan.optimizer;
    const rate = learningRateAt(plan.learningRate, step, plan.steps, learningRate);
    return Object.fromEntries(
      instance.groups.map(({ name }) => [
        metricName.learningRate(name),
        rate * (groups[name]?.learningRateFactor ?? 1),
      ]),
    );
  }

  /** A loss that cannot reach the shared parameters at all is a detached graph, not a small gradient. */
  #noticePaths({ terms, groups }: ProbeReading, step: number): void {
    const shared = groups.find((group) => group.shared);
    for (const [index, term] of terms.entries()) {
      if (!shared || shared.hasPath[index]) continue;
      this.#noticeOnce(
        `path ${term}`,
        `The loss ${term} has no path to the parameters of ${shared.name}: its gradient there is not zero, there is none. Its graph may be detached.`,
        step,
      );
    }
  }

  #noticeOnce(subject: string, text: string, step: number): void {
    if (this.#noticed.has(subject)) return;
    this.#noticed.add(subject);
    this.#options.notice(text, step);
  }

  async #lookForCause({ batches, step }: TakenStep): Promise<void> {
    for (const batch of batches) {
      for (const { name, text } of await findNonFinite(batch)) {
        this.#noticeOnce(`batch ${name}`, `At step ${step} ${text}.`, step);
      }
    }
  }
}

function disposeStep({ outcome, batches }: TakenStep): void {
  outcome.dispose();
  for (const batch of batches) for (const tensor of Object.values(batch)) tensor.dispose();
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
