import type { KindSubject } from '../kind.ts';

/** A config of a task as the examples of the kinds have it. */
export const exampleSubject: KindSubject = {
  terms: [
    { name: 'velocity', weight: 1 },
    { name: 'kl', weight: 0.1 },
  ],
  choices: {
    strategy: { path: ['strategy'], names: ['fixed', 'gradnorm', 'linear', 'pcgrad'] },
    schedule: {
      path: ['learning_rate_schedule', 'name'],
      names: ['constant', 'cosine', 'linear'],
      now: 'constant',
    },
    termSchedules: ['cosine', 'linear'],
    losses: [
      { path: ['loss', 'encoder_loss'], names: ['mean-squared-error', 'smooth-l1'] },
      { path: ['loss', 'gate_loss'], names: ['gate-entropy'] },
    ],
    mode: { path: ['mode'], names: ['alternating', 'joint', 'two-stage'], now: 'joint' },
    shuffles: [
      { path: ['condition', 'shuffle_flow'], now: false },
      { path: ['condition', 'shuffle_dino'], now: true },
    ],
  },
};

/** A config of somebody else's program. */
export const foreignSubject: KindSubject = { terms: exampleSubject.terms, choices: undefined };
