import { type CancellationToken, CancelledError } from '../base/cancellation.ts';
import { createRandom } from '../base/random.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { Backend } from './backend.ts';
import { Stepper } from './stepper.ts';
import { createStepSpec, disposeBatch } from './stepSpec.ts';
import type { Task, Tf, TrainingPlan } from './task.ts';

/** How long one backend may be measured, in milliseconds, once its first step is done. */
const timeLimitMs = 1000;
const mostSteps = 10;
/** A backend this many times slower than the best so far is not measured further. */
const hopeless = 3;

export interface MeasuredTask {
  readonly task: Task;
  readonly config: unknown;
  readonly plan: TrainingPlan;
}

/**
 * Milliseconds of a plain step of a task on a backend, its readback included: the least of up to ten
 * after one to warm up, as noise on a shared machine only ever adds. The model that it trains is its
 * own and is thrown away. The error says why the backend cannot take such steps.
 * @param best milliseconds of the best backend so far
 */
export async function measureStep(
  backend: Backend,
  tf: Tf,
  { task, config, plan }: MeasuredTask,
  best: number,
  token: CancellationToken,
): Promise<Result<number>> {
  const random = createRandom(plan.seed, 'measurement');
  const instance = task.create(tf, config, random);
  const spec = createStepSpec(task, plan, instance);
  try {
    const created = await backend.createEngine(tf, spec);
    if (!created.ok) return fail(created.error);
    const engine = created.value;
    const stepper = new Stepper(spec);
    // One step over and over: where losses come and go, another may have another graph, and compiling
    // it would count as a step. In the middle, since a schedule may leave losses out at either end.
    const measured = Math.ceil(plan.steps / 2);
    const takeStep = async (): Promise<number> => {
      if (token.isCancellationRequested) throw new CancelledError();
      const batches = Array.from({ length: plan.accumulate }, () =>
        instance.nextBatch(random, measured),
      );
      const started = performance.now();
      const outcome = await stepper.step(engine, measured, 'plain', batches);
      await engine.read([outcome]);
      const elapsed = performance.now() - started;
      outcome.dispose();
      for (const batch of batches) disposeBatch(batch);
      await new Promise<void>((resume) => setImmediate(resume));
      return elapsed;
    };
    try {
      return succeed(await least(takeStep, best));
    } finally {
      engine.dispose();
    }
  } finally {
    disposeBatch(spec.example);
    instance.dispose();
  }
}

async function least(takeStep: () => Promise<number>, best: number): Promise<number> {
  await takeStep();
  const until = performance.now() + timeLimitMs;
  let time = await takeStep();
  for (let count = 3; count <= mostSteps && performance.now() < until; count += 1) {
    if (time > hopeless * best) break;
    time = Math.min(time, await takeStep());
  }
  return time;
}
