import type * as tfc from '@tensorflow/tfjs-core';

import type { Random } from '../../server/src/base/random.ts';
import type { StepSpec } from '../../server/src/training/stepEngine.ts';
import type { TaskInstance, Tf, TrainingPlan } from '../../server/src/training/task.ts';

/** One trained tensor of a net. */
export interface NetParameter {
  /** By which the forward pass asks for it. */
  readonly name: string;
  /** The group under which it is reported. */
  readonly group: string;
  readonly shape: readonly number[];
  /** `normal` is N(0, 1/inputs), where every dimension but the last counts as inputs. */
  readonly initial: 'normal' | 'ones' | 'zeros';
}

/**
 * A net that costs what real ones cost. Its losses are mean squared errors of its one output against
 * as many random targets, so that every backward pass goes through the whole net: the worst case.
 */
export interface BenchNet {
  readonly name: string;
  /** In words, for the page. */
  readonly description: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Group after group, in the order of torch_reference.py. */
  readonly parameters: readonly NetParameter[];
  forward(tf: Tf, parameter: (name: string) => tfc.Tensor, input: tfc.Tensor): tfc.Tensor;
}

/** The parameters of a dense layer, under `<name>.weight` and `<name>.bias`. */
export function denseParameters(
  name: string,
  group: string,
  [inputs, outputs]: readonly [number, number],
): readonly NetParameter[] {
  return [
    { name: `${name}.weight`, group, shape: [inputs, outputs], initial: 'normal' },
    { name: `${name}.bias`, group, shape: [outputs], initial: 'zeros' },
  ];
}

export function termNames(losses: number): readonly string[] {
  return Array.from({ length: losses }, (_, index) => `loss${index + 1}`);
}

/** A net with so many losses, ready to train. */
export function createNetInstance(
  tf: Tf,
  net: BenchNet,
  losses: number,
  random: Random,
): TaskInstance {
  const variables = new Map(
    net.parameters.map((parameter) => [parameter.name, createVariable(tf, parameter, random)]),
  );
  const find = (name: string): tfc.Variable => {
    const variable = variables.get(name);
    if (!variable) throw new Error(`The net ${net.name} has no parameter ${name}.`);
    return variable;
  };
  const groups = [...new Set(net.parameters.map(({ group }) => group))];
  const terms = termNames(losses);
  return {
    groups: groups.map((name) => ({
      name,
      variables: net.parameters.filter(({ group }) => group === name).map((own) => find(own.name)),
    })),
    nextBatch: (source) => ({
      input: randomTensor(tf, net.inputShape, source),
      ...Object.fromEntries(terms.map((term) => [term, randomTensor(tf, net.outputShape, source)])),
    }),
    losses(batch) {
      const output = net.forward(tf, find, named(batch, 'input'));
      return Object.fromEntries(
        terms.map((term) => [
          term,
          tf.mean<tfc.Scalar>(tf.squaredDifference(output, named(batch, term))),
        ]),
      );
    },
    evaluate: async () => ({}),
    dispose() {
      for (const variable of variables.values()) variable.dispose();
    },
  };
}

/** What an engine needs to train the net by Adam with a learning rate of 0.001; all weights are 1. */
export function createNetSpec(
  net: BenchNet,
  losses: number,
  instance: TaskInstance,
  random: Random,
  strategy = 'fixed',
): StepSpec {
  const terms = termNames(losses);
  const plan: TrainingPlan = {
    seed: 0,
    steps: 1_000_000,
    optimizer: {
      ...{ name: 'adam', learningRate: 0.001, momentum: 0, weightDecay: 0, groups: {} },
      ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    },
    learningRate: {
      ...{ schedule: 'constant', warmupSteps: 0, finalFactor: 1, milestones: [], gamma: 1 },
    },
    clipNorm: undefined,
    accumulate: 1,
    probeCut: undefined,
    halvesEvery: undefined,
    statisticsEvery: undefined,
    evaluateEvery: 50,
    strategy,
    strategyOptions: {},
    referenceTerm: 'loss1',
    terms,
    weights: terms.map(() => 1),
    shape: `${net.name} with ${losses} losses`,
  };
  const sharedGroup = instance.groups[0]?.name ?? '';
  return { instance, plan, terms, sharedGroup, example: instance.nextBatch(random) };
}

function createVariable(tf: Tf, { shape, initial }: NetParameter, random: Random): tfc.Variable {
  const inputs = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const values = {
    normal: () => random.normal() / Math.sqrt(inputs),
    ones: () => 1,
    zeros: () => 0,
  };
  return tf.tidy(() => tf.variable(filled(tf, shape, values[initial])));
}

function randomTensor(tf: Tf, shape: readonly number[], random: Random): tfc.Tensor {
  return filled(tf, shape, () => random.normal());
}

function filled(tf: Tf, shape: readonly number[], value: () => number): tfc.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(Float32Array.from({ length: size }, value), [...shape], 'float32');
}

function named(batch: Readonly<Record<string, tfc.Tensor>>, name: string): tfc.Tensor {
  const tensor = batch[name];
  if (!tensor) throw new Error(`The batch has no tensor ${name}.`);
  return tensor;
}
