import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom, type Random } from '../../../../server/src/base/random.ts';
import { byName } from '../../../../server/src/training/byName.ts';
import { createMultilayerPerceptron } from '../../../../server/src/training/networks/multilayerPerceptron.ts';
import type { OptimizerPlan } from '../../../../server/src/training/optimizerPlan.ts';
import type { StepSpec } from '../../../../server/src/training/stepEngine.ts';
import { strategies } from '../../../../server/src/training/strategies/registry.ts';
import type {
  Batch,
  TaskInstance,
  Tf,
  TrainingPlan,
} from '../../../../server/src/training/task.ts';

export const smallTerms = ['near', 'far', 'head'] as const;

const sgd: OptimizerPlan = {
  name: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  groups: {},
};

export const smallPlan: TrainingPlan = {
  seed: 3,
  steps: 100,
  optimizer: sgd,
  learningRate: {
    schedule: 'constant',
    warmupSteps: 0,
    finalFactor: 0,
    milestones: [],
    gamma: 0.1,
  },
  clipNorm: undefined,
  accumulate: 1,
  probeCut: undefined,
  halvesEvery: undefined,
  statisticsEvery: undefined,
  evaluateEvery: 50,
  strategy: 'fixed',
  strategyOptions: {},
  referenceTerm: 'near',
  terms: ['near', 'far', 'size'],
  weights: [1, 0.5, 2],
  shape: 'small',
};

/** Strategies are told their options as their schema completes them. */
function defaultOptions(strategy = smallPlan.strategy): Pick<TrainingPlan, 'strategyOptions'> {
  return { strategyOptions: byName(strategies, strategy).options.parse({}) };
}

export interface SmallTask {
  readonly spec: StepSpec;
  readonly instance: TaskInstance;
  readonly variables: readonly tfc.Variable[];
  batch(seed: number, rows?: number): Batch;
}

/**
 * A trunk 3-4-2 with two losses on its output, and a head 2-1 with a third, which has a path to both
 * groups; `far` has none to the head. A teacher follows the first weights of the trunk.
 */
export function createSmallTask(tf: Tf, plan: Partial<TrainingPlan> = {}): SmallTask {
  const random = createRandom(3, 'small');
  const trunk = createMultilayerPerceptron(tf, [3, 4, 2], random);
  const head = createMultilayerPerceptron(tf, [2, 1], random);
  const [first] = trunk.variables;
  if (!first) throw new Error('a trunk has weights');
  const teacher = tf.tidy(() => tf.variable(tf.mul(first, 1), false));
  const draw = (source: Random, rows: number): Batch => {
    const matrix = (columns: number): tfc.Tensor2D =>
      tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => source.normal()),
        [rows, columns],
      );
    return { input: matrix(3), target: matrix(2) };
  };
  const instance: TaskInstance = {
    groups: [
      { name: 'trunk', variables: trunk.variables },
      { name: 'head', variables: head.variables },
    ],
    cuts: [{ name: 'trunk-end', variables: trunk.variables.slice(2) }],
    teacher: { pairs: [{ student: first, teacher }], momentum: (step) => (step === 1 ? 0.5 : 0.9) },
    nextBatch: (source) => draw(source, 6),
    losses(batch) {
      const output = trunk.apply(batch.input as tfc.Tensor2D);
      const error = tf.sub(output, batch.target ?? tf.scalar(0));
      return {
        near: tf.mean(tf.square(error)),
        far: tf.mean(tf.abs(tf.add(error, 3))),
        head: tf.mean(tf.square(head.apply(output))),
      };
    },
    evaluate: async () => ({}),
    dispose() {
      trunk.dispose();
      head.dispose();
      teacher.dispose();
    },
  };
  const batch = (seed: number, rows = 6): Batch => draw(createRandom(seed, 'batch'), rows);
  return {
    instance,
    variables: [...trunk.variables, ...head.variables],
    batch,
    spec: {
      instance,
      plan: { ...smallPlan, ...defaultOptions(plan.strategy), ...plan },
      terms: smallTerms,
      sharedGroup: 'trunk',
      example: batch(0),
    },
  };
}
