import { createRandom } from '../base/random.ts';
import type { StepSpec } from './stepEngine.ts';
import type { Batch, Task, TaskInstance, TrainingPlan } from './task.ts';

/** What an engine is made for; its example batch is drawn apart and to be disposed by the caller. */
export function createStepSpec(task: Task, plan: TrainingPlan, instance: TaskInstance): StepSpec {
  return {
    instance,
    plan,
    terms: plan.terms,
    sharedGroup: task.sharedGroup,
    example: instance.nextBatch(createRandom(plan.seed, 'example'), 1),
  };
}

export function disposeBatch(batch: Batch): void {
  for (const tensor of Object.values(batch)) tensor.dispose();
}
