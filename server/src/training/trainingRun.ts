import type { CancellationToken } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { createRandom, type Random } from '../base/random.ts';
import { formatMetricLine } from '../model/metricLine.ts';
import type { Backend } from './backend.ts';
import { MetricRecorder } from './metricRecorder.ts';
import { optimizers } from './optimizers/registry.ts';
import { type StepKind, Stepper } from './step.ts';
import { strategies } from './strategies/registry.ts';
import type { Task, TaskInstance, Tf, TrainingPlan } from './task.ts';

/** Every step is probed up to here, so that rules have evidence early (decisions.md 3). */
export const probedFromStart = 20;
/** Steps between two looks at held-out data. */
export const evaluateEvery = 50;
/** Steps whose losses are read together where reading is costly. */
const readTogether = 10;

export interface TrainingRunOptions {
  readonly tf: Tf;
  readonly readback: Backend['readback'];
  readonly task: Task;
  /** The config as the task's schema gave it. */
  readonly config: unknown;
  readonly plan: TrainingPlan;
  /** Every so many steps, after the first 20. */
  readonly probeEvery: number;
  readonly clock: Clock;
  /** Appends lines to the metrics; they are on disk when it returns. */
  readonly write: (lines: string) => void;
  /** Told after the metrics of a step were written. */
  readonly progress: (step: number, loss: number) => void;
}

export type TrainingOutcome = 'finished' | 'cancelled';

/**
 * Trains to the end of the plan or until it is cancelled. Steps are numbered from 1; the losses of
 * step n are those before its update. A loss that is no longer finite is recorded like any other and
 * the run goes on: what went wrong, and when, is for the rules to say.
 */
export async function trainingRun(
  options: TrainingRunOptions,
  token: CancellationToken,
): Promise<TrainingOutcome> {
  const { tf, task, plan } = options;
  const instance = task.create(tf, options.config, createRandom(plan.seed, 'parameters'));
  const stepper = createStepper(tf, task, plan, instance);
  const recorder = new MetricRecorder(tf, task, instance);
  try {
    return await runSteps(options, { instance, stepper, recorder }, token);
  } finally {
    recorder.dispose();
    stepper.dispose();
    instance.dispose();
  }
}

/** The stepper of a plan; also used to measure how long a step takes on a backend. */
export function createStepper(
  tf: Tf,
  task: Task,
  plan: TrainingPlan,
  instance: TaskInstance,
): Stepper {
  const optimizer = byName(optimizers, plan.optimizer.name);
  return new Stepper({
    tf,
    instance,
    terms: task.terms.map((term) => term.name),
    optimizer: (length) => optimizer.create(tf, plan.optimizer, length),
    strategy: byName(strategies, plan.strategy),
    weights: plan.weights,
    referenceTerm: plan.referenceTerm,
  });
}

interface RunningParts {
  readonly instance: TaskInstance;
  readonly stepper: Stepper;
  readonly recorder: MetricRecorder;
}

async function runSteps(
  options: TrainingRunOptions,
  parts: RunningParts,
  token: CancellationToken,
): Promise<TrainingOutcome> {
  const { plan, readback } = options;
  const { instance, recorder } = parts;
  const data = createRandom(plan.seed, 'data');
  for (let step = 1; step <= plan.steps; step += 1) {
    const kind = stepKind(step, options.probeEvery);
    await takeStep(options, parts, { step, kind, data });
    const evaluation = isEvaluated(step, plan.steps) ? await instance.evaluate() : undefined;
    const due = readback === 'cheap' || kind === 'probe' || recorder.size >= readTogether;
    if (due || evaluation) await writeMetrics(options, recorder, evaluation);
    // A turn of the event loop, or a request to cancel would wait for the end of the run.
    await new Promise<void>((resume) => setImmediate(resume));
    if (token.isCancellationRequested && step < plan.steps) {
      await writeMetrics(options, recorder, undefined);
      return 'cancelled';
    }
  }
  return 'finished';
}

async function takeStep(
  { clock }: TrainingRunOptions,
  { instance, stepper, recorder }: RunningParts,
  { step, kind, data }: { readonly step: number; readonly kind: StepKind; readonly data: Random },
): Promise<void> {
  const started = performance.now();
  const batch = instance.nextBatch(data);
  try {
    const outcome = await stepper.step(batch, kind);
    recorder.add(step, clock.now() / 1000, outcome, performance.now() - started);
  } finally {
    for (const tensor of Object.values(batch)) tensor.dispose();
  }
}

/** Writes what is pending; figures of an evaluation belong to the latest step. */
async function writeMetrics(
  { write, progress }: TrainingRunOptions,
  recorder: MetricRecorder,
  evaluation: Readonly<Record<string, number>> | undefined,
): Promise<void> {
  const steps = await recorder.flush();
  const last = steps.at(-1);
  if (!last) return;
  write(
    steps
      .map((metrics) => {
        const values =
          metrics === last && evaluation ? { ...metrics.values, ...evaluation } : metrics.values;
        return formatMetricLine(metrics.step, metrics.wallTime, values);
      })
      .join(''),
  );
  progress(last.step, last.totalLoss);
}

function stepKind(step: number, probeEvery: number): StepKind {
  return step <= probedFromStart || step % probeEvery === 0 ? 'probe' : 'plain';
}

function isEvaluated(step: number, steps: number): boolean {
  return step % evaluateEvery === 0 || step === steps;
}

/** The names come out of a validated plan, so a missing one is a bug of the task. */
function byName<T extends { readonly name: string }>(entries: readonly T[], name: string): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`Broken invariant: nothing is registered as ${name}`);
  return entry;
}
