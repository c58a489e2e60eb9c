import { byName } from '../../byName.ts';
import type { NamedChoice } from '../../task.ts';

/** In what way the two losses train the editor. */
export interface TrainingMode extends NamedChoice {
  /** Whether the render loss sees the predicted velocity as a constant. */
  readonly detachesVelocity: boolean;
  /** The strategy that the mode is made of; of none, any may be set. */
  readonly strategy?: string;
}

const alternating = {
  name: 'alternating',
  description: 'One graph, but each step trains one of the two losses, in turn.',
  source: 'Seed 000.',
  trap: 'With as many steps, each loss is seen half as often as in joint, which is not the fault of taking turns: compare with exposure: equal too.',
  detachesVelocity: false,
  strategy: 'alternating',
} as const satisfies TrainingMode;

const detached = {
  name: 'detached',
  description:
    'Both losses at once, but the render loss does not reach the velocity and trains the renderer alone.',
  source: 'Seed 000, whose separate training cuts the graph there.',
  detachesVelocity: true,
} as const satisfies TrainingMode;

const joint = {
  name: 'joint',
  description: 'One graph: both losses train the velocity at every step.',
  source: 'Seeds 000 and 001.',
  trap: 'What helps the picture may bend the flow: the latents are often met less well than in detached.',
  detachesVelocity: false,
} as const satisfies TrainingMode;

const twoStage = {
  name: 'two-stage',
  description: 'First the velocity alone, then the renderer alone on latents of that velocity.',
  source: 'Seed 000.',
  detachesVelocity: true,
  strategy: 'two-stage',
} as const satisfies TrainingMode;

/** All of them, by name. */
export const trainingModes = [alternating, detached, joint, twoStage] as const;

/** The mode that a config names. */
export function modeOf(name: string): TrainingMode {
  return byName<TrainingMode>(trainingModes, name);
}
