import { byName } from './byName.ts';
import type { LearningRatePlan } from './learningRate.ts';
import { learningRateSchedules } from './schedules/registry.ts';

/**
 * The learning rate at a step, counted from 1, of a run of `steps`: step / warmupSteps of `base`
 * during the warm-up, so that the first step learns something and the last is at full rate; then
 * what the schedule makes of it.
 */
export function learningRateAt(
  plan: LearningRatePlan,
  step: number,
  steps: number,
  base: number,
): number {
  const { warmupSteps } = plan;
  if (step <= warmupSteps) return (base * step) / warmupSteps;
  const schedule = byName(learningRateSchedules, plan.schedule);
  return base * schedule.factor(plan, step - warmupSteps, steps - warmupSteps);
}
