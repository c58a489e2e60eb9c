import { metricName } from '../model/metricName.ts';
import { findNonFinite } from './checkBatch.ts';
import { NonFiniteWatch } from './inspection/nonFiniteWatch.ts';
import { learningRateAt } from './learningRateCourse.ts';
import type { ProbeReading } from './probe.ts';
import { probes } from './probes/registry.ts';
import { readStep, type StepNames, type StepReading } from './readStep.ts';
import type { HeldState, StepEngine, StepOutcome, StepSpec } from './stepEngine.ts';
import type { Batch, Task, Tf } from './task.ts';

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
  /** The state before it, as `hold` gave it. */
  readonly held: HeldState | undefined;
  /** What was measured before it, off the step. */
  readonly figures: Readonly<Record<string, number>>;
  /** Milliseconds that it took, without pauses between steps. */
  readonly busyMs: number;
}

export interface MetricRecorderOptions {
  readonly tf: Tf;
  readonly task: Task;
  readonly spec: StepSpec;
  readonly engine: StepEngine;
  /** Told what is odd about the data, each tensor of a batch once, and where NaN began. */
  readonly notice: (text: string, step: number) => void;
}

/** Keeps what steps measured on the device until it is worth reading it back, all in one transfer. */
export class MetricRecorder {
  readonly #options: MetricRecorderOptions;
  readonly #names: StepNames;
  readonly #noticed = new Set<string>();
  readonly #watch: NonFiniteWatch;
  #pending: TakenStep[] = [];

  constructor(options: MetricRecorderOptions) {
    const { task, spec } = options;
    const { instance, plan } = spec;
    this.#options = options;
    this.#watch = new NonFiniteWatch(options);
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

  /** The state before a step, to be handed over with it. */
  hold(): HeldState | undefined {
    return this.#watch.hold();
  }

  /** Takes over the outcome, the batches and the held state. */
  add(taken: TakenStep): void {
    const { step, batches, held, outcome } = taken;
    this.#pending.push(taken);
    this.#watch.add({ step, batches, held, kind: outcome.kind, weights: outcome.weights });
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
        await this.#lookForCause(taken, reading);
        if (reading.probe) this.#noticePaths(reading.probe, taken.step);
        metrics.push(this.#metrics(taken, reading, stepMs));
      }
      return metrics;
    } finally {
      for (const { outcome } of pending) outcome.dispose();
      this.#watch.forget();
    }
  }

  dispose(): void {
    for (const { outcome } of this.#pending) outcome.dispose();
    this.#pending = [];
    this.#watch.dispose();
  }

  #metrics(
    { step, wallTime, outcome: { weights }, figures }: TakenStep,
    { losses, probe }: StepReading,
    stepMs: number,
  ): StepMetrics {
    const { task } = this.#options;
    const values = lossMetrics(this.#names.terms, losses, weights);
    const totalLoss = values[metricName.totalLoss] ?? Number.NaN;
    if (probe) for (const { metrics } of probes) Object.assign(values, metrics(probe));
    Object.assign(values, figures, this.#learningRates(step));
    for (const [alias, metric] of Object.entries(task.aliases)) {
      const value = values[metric];
      if (value !== undefined) values[alias] = value;
    }
    values['time/step_ms'] = stepMs;
    return { step, wallTime, totalLoss, values };
  }

  #learningRates(step: number): Readonly<Record<string, number>> {
    const { plan, instance } = this.#options.spec;
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

  /** Bad data explains itself; anything else takes a replay. */
  async #lookForCause({ batches, step }: TakenStep, reading: StepReading): Promise<void> {
    const found = describeNonFinite(this.#names.terms, reading);
    if (found === undefined) {
      this.#watch.finite();
      return;
    }
    const inData = (await Promise.all(batches.map(findNonFinite))).flat();
    for (const { name, text } of inData) {
      this.#noticeOnce(`batch ${name}`, `At step ${step} ${text}.`, step);
    }
    if (inData.length > 0) this.#watch.explained();
    else await this.#watch.explain(step, found);
  }
}

/** What of a step is not finite, in words. An update too long for float32 is not NaN. */
function describeNonFinite(
  terms: readonly string[],
  { losses, probe }: StepReading,
): string | undefined {
  const index = losses.findIndex((loss) => !Number.isFinite(loss));
  if (index >= 0) return `the loss ${terms[index]} is ${losses[index]}`;
  const group = probe?.groups.find(({ updateNorm }) => Number.isNaN(updateNorm));
  return group && `the update of ${group.name} is NaN`;
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
