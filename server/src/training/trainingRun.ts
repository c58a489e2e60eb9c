import type { CancellationToken } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { createRandom, type Random, restoreRandom } from '../base/random.ts';
import type { Result } from '../base/result.ts';
import { formatMetricLine } from '../model/metricLine.ts';
import type { Backend } from './backend.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createEngineWithFallback } from './engineWithFallback.ts';
import { Inspector } from './inspection/inspector.ts';
import { MetricRecorder } from './metricRecorder.ts';
import type { HeldState, StepEngine, StepKind, StepSpec } from './stepEngine.ts';
import { Stepper } from './stepper.ts';
import { createStepSpec, disposeBatch } from './stepSpec.ts';
import type { Task, TaskInstance, Tf, TrainingPlan } from './task.ts';

/** Every step is probed up to here, so that rules have evidence early (decisions.md 3). */
export const probedFromStart = 20;
/** Steps whose losses are read together where reading is costly. */
const readTogether = 10;

export interface TrainingRunOptions {
  readonly tf: Tf;
  readonly createEngine: (spec: StepSpec) => Promise<Result<StepEngine>>;
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
  /** Told what is odd but no failure. */
  readonly notice: (text: string, step?: number) => void;
  /** Steps between two checkpoints; 0 for none but the one when the run is cancelled. */
  readonly checkpointEvery?: number;
  /** Told before the state is read back for a checkpoint: with that and the disk it may take seconds. */
  readonly saving?: () => void;
  /** Keeps a checkpoint. */
  readonly checkpoint?: (checkpoint: Checkpoint) => void;
  /** Goes on from here instead of starting anew. */
  readonly resumeFrom?: Checkpoint | undefined;
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
  const { tf, task, plan, notice } = options;
  const instance = task.create(tf, options.config, createRandom(plan.seed, 'parameters'));
  const open: { dispose(): void }[] = [instance];
  try {
    const spec = createStepSpec(task, plan, instance);
    open.unshift({ dispose: () => disposeBatch(spec.example) });
    const create = options.createEngine;
    const engine = await createEngineWithFallback({ tf, spec, create, notice });
    open.unshift(engine);
    const recorder = new MetricRecorder({ tf, task, spec, engine, notice });
    open.unshift(recorder);
    const inspector = new Inspector({ tf, spec, engine, notice });
    const parts = { instance, engine, recorder, inspector, stepper: new Stepper(spec) };
    const start = await startOrResume(options, parts);
    try {
      return await runSteps(options, parts, start, token);
    } catch (error) {
      await writeBeforeFailure(options, recorder);
      throw error;
    }
  } finally {
    for (const part of open) part.dispose();
  }
}

interface RunningParts {
  readonly instance: TaskInstance;
  readonly engine: StepEngine;
  readonly stepper: Stepper;
  readonly inspector: Inspector;
  readonly recorder: MetricRecorder;
}

interface Start {
  /** The step before the first one to take. */
  readonly step: number;
  readonly data: Random;
}

async function startOrResume(
  { plan, task, resumeFrom }: TrainingRunOptions,
  { engine, stepper }: RunningParts,
): Promise<Start> {
  if (!resumeFrom) return { step: 0, data: createRandom(plan.seed, 'data') };
  const identity = identify(task, plan);
  if (resumeFrom.identity !== identity) {
    throw new Error(`The checkpoint is of another run: ${resumeFrom.identity}, not ${identity}.`);
  }
  await engine.restore(resumeFrom);
  stepper.restore(resumeFrom.strategy);
  return { step: resumeFrom.step, data: restoreRandom(resumeFrom.random) };
}

async function runSteps(
  options: TrainingRunOptions,
  parts: RunningParts,
  start: Start,
  token: CancellationToken,
): Promise<TrainingOutcome> {
  const { plan } = options;
  const { data } = start;
  for (let step = start.step + 1; step <= plan.steps; step += 1) {
    const kind = stepKind(step, options.probeEvery);
    await takeStep(options, parts, { step, kind, data });
    await report(options, parts, step, kind);
    // A turn of the event loop, or a request to cancel would wait for the end of the run.
    await new Promise<void>((resume) => setImmediate(resume));
    const cancelled = token.isCancellationRequested && step < plan.steps;
    if (cancelled) await writeMetrics(options, parts.recorder, undefined);
    if (cancelled || isCheckpointDue(options, step)) await keepCheckpoint(options, parts, data);
    if (cancelled) return 'cancelled';
  }
  return 'finished';
}

/** Evaluates the model where it is time to, and writes what is worth reading back by now. */
async function report(
  options: TrainingRunOptions,
  { engine, instance, recorder }: RunningParts,
  step: number,
  kind: StepKind,
): Promise<void> {
  let evaluation: Readonly<Record<string, number>> | undefined;
  if (isEvaluated(step, options.plan)) {
    await engine.publish();
    evaluation = await instance.evaluate();
  }
  const due = options.readback === 'cheap' || kind === 'probe' || recorder.size >= readTogether;
  if (due || evaluation) await writeMetrics(options, recorder, evaluation);
}

async function takeStep(
  { clock, plan }: TrainingRunOptions,
  { instance, engine, stepper, inspector, recorder }: RunningParts,
  { step, kind, data }: Start & { readonly kind: StepKind },
): Promise<void> {
  const started = performance.now();
  const batches = Array.from({ length: plan.accumulate }, () => instance.nextBatch(data, step));
  let held: HeldState | undefined;
  try {
    const drawn = performance.now();
    const figures = await inspector.inspect(step, batches[0]);
    const inspectedMs = performance.now() - drawn;
    held = recorder.hold();
    const outcome = await stepper.step(engine, step, kind, batches);
    const busyMs = performance.now() - started - inspectedMs;
    recorder.add({ step, wallTime: clock.now() / 1000, outcome, batches, held, figures, busyMs });
  } catch (error) {
    held?.dispose();
    for (const batch of batches) disposeBatch(batch);
    throw error;
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

/** The steps just before a failure tell most about it. */
async function writeBeforeFailure(
  options: TrainingRunOptions,
  recorder: MetricRecorder,
): Promise<void> {
  try {
    await writeMetrics(options, recorder, undefined);
  } catch {
    // A device or a disk that is gone was the failure itself.
  }
}

/** Writes what is pending, so that the metrics never lag behind a checkpoint, and keeps one. */
async function keepCheckpoint(
  options: TrainingRunOptions,
  { engine, stepper, recorder }: RunningParts,
  data: Random,
): Promise<void> {
  if (!options.checkpoint) return;
  options.saving?.();
  await writeMetrics(options, recorder, undefined);
  options.checkpoint({
    ...(await engine.snapshot()),
    identity: identify(options.task, options.plan),
    strategy: stepper.snapshot(),
    random: data.state(),
  });
}

function isCheckpointDue({ checkpointEvery = 0, plan }: TrainingRunOptions, step: number): boolean {
  return checkpointEvery > 0 && step % checkpointEvery === 0 && step < plan.steps;
}

/** What two runs have in common whose checkpoints can be exchanged. */
function identify(task: Task, plan: TrainingPlan): string {
  const { seed, steps, shape, optimizer, strategy } = plan;
  const options = JSON.stringify(plan.strategyOptions);
  return [
    task.name,
    shape,
    `${optimizer.name} at ${optimizer.learningRate}`,
    options === '{}' ? strategy : `${strategy} ${options}`,
    `weights ${plan.weights.join(' and ')}`,
    `seed ${seed}`,
    `${steps} steps`,
  ].join(', ');
}

function stepKind(step: number, probeEvery: number): StepKind {
  return step <= probedFromStart || step % probeEvery === 0 ? 'probe' : 'plain';
}

function isEvaluated(step: number, { steps, evaluateEvery }: TrainingPlan): boolean {
  return step % evaluateEvery === 0 || step === steps;
}
