import { type CancellationToken, CancelledError } from '../base/cancellation.ts';
import { createRandom } from '../base/random.ts';
import type { Task, Tf, TrainingPlan } from './task.ts';
import { createStepper } from './trainingRun.ts';

/** How long one backend may be measured, in milliseconds, once its first step is done. */
const timeLimitMs = 1000;
const mostSteps = 10;

/**
 * Milliseconds of a plain step of a task on the current backend, its readback included: the least of
 * up to ten after one to warm up, as noise on a shared machine only ever adds. The model that it
 * trains is its own and is thrown away.
 */
export async function measureStep(
  tf: Tf,
  task: Task,
  config: unknown,
  plan: TrainingPlan,
  token: CancellationToken,
): Promise<number> {
  const random = createRandom(plan.seed, 'measurement');
  const instance = task.create(tf, config, random);
  const stepper = createStepper(tf, task, plan, instance);
  const takeStep = async (): Promise<number> => {
    if (token.isCancellationRequested) throw new CancelledError();
    const batch = instance.nextBatch(random);
    const started = performance.now();
    const outcome = await stepper.step(batch, 'plain');
    await outcome.packed.data();
    const elapsed = performance.now() - started;
    outcome.dispose();
    for (const tensor of Object.values(batch)) tensor.dispose();
    await new Promise<void>((resume) => setImmediate(resume));
    return elapsed;
  };
  try {
    await takeStep();
    const until = performance.now() + timeLimitMs;
    let least = await takeStep();
    for (let step = 1; step < mostSteps && performance.now() < until; step += 1) {
      least = Math.min(least, await takeStep());
    }
    return least;
  } finally {
    stepper.dispose();
    instance.dispose();
  }
}
