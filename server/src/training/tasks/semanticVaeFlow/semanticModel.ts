import type * as tfc from '@tensorflow/tfjs-core';

import type { Random } from '../../../base/random.ts';
import { unitVectors } from '../../losses/unitVectors.ts';
import {
  createMultilayerPerceptron,
  type MultilayerPerceptron,
} from '../../networks/multilayerPerceptron.ts';
import type { ParameterGroup, TeacherPair, Tf } from '../../task.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import { semanticCuts, semanticGroups } from './semanticKeys.ts';
import { classCount, observationSize } from './semanticWorld.ts';

/** t, sin 2πt and cos 2πt. */
const timeFeatures = 3;
/** Outputs of the DINO head before the prototypes, brought to length 1. */
const bottleneckSize = 16;

/** Mean and log-variance of q(z | x), [batch, latent]. */
export interface Posterior {
  readonly mean: tfc.Tensor2D;
  readonly logVariance: tfc.Tensor2D;
}

/** What the DINO head says of features. */
export interface Semantics {
  /** [batch, bottleneck], rows of length 1. */
  readonly bottleneck: tfc.Tensor2D;
  /** [batch, prototypes]: cosines with the prototypes. */
  readonly logits: tfc.Tensor2D;
}

/**
 * One trunk with two stems: observations come in by `stem`, points of the flow's path by `flow_stem`.
 * Features go out to the posterior (`z_head`), to the prototypes (`dino_head`) and to the velocity
 * (`flow_head`); `decoder` turns latents into observations. So all four losses reach the trunk,
 * though the target of the flow is detached. The teacher is a copy of stem, trunk and DINO head.
 */
export class SemanticModel {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly pairs: readonly TeacherPair[];
  readonly #tf: Tf;
  readonly #range: readonly [number, number];
  readonly #student: Backbone;
  readonly #teacher: Backbone;
  readonly #zHead: MultilayerPerceptron;
  readonly #decoder: MultilayerPerceptron;
  readonly #flowStem: MultilayerPerceptron;
  readonly #flowHead: MultilayerPerceptron;

  constructor(tf: Tf, { model }: SemanticVaeFlowConfig, random: Random) {
    const { width, latent, prototypes, logvar_range } = model;
    this.#tf = tf;
    this.#range = logvar_range;
    const network = (...sizes: number[]) => createMultilayerPerceptron(tf, sizes, random);
    this.#student = createBackbone(tf, network, width, prototypes, random);
    this.#zHead = network(width, 2 * latent);
    this.#decoder = network(latent, width, observationSize);
    this.#flowStem = network(latent + classCount + timeFeatures, width);
    this.#flowHead = network(width, latent);
    this.#teacher = createBackbone(tf, network, width, prototypes, random);
    const followers = variablesOf(this.#teacher);
    this.pairs = variablesOf(this.#student).flatMap((student, index) => {
      const teacher = followers[index];
      return teacher ? [{ student, teacher }] : [];
    });
    for (const { student, teacher } of this.pairs) teacher.assign(student);
    const { stem, trunk, head, prototypes: rows } = this.#student;
    const variables: Readonly<Record<(typeof semanticGroups)[number], readonly tfc.Variable[]>> = {
      stem: stem.variables,
      trunk: trunk.variables,
      z_head: this.#zHead.variables,
      dino_head: [...head.variables, rows],
      decoder: this.#decoder.variables,
      flow_stem: this.#flowStem.variables,
      flow_head: this.#flowHead.variables,
    };
    this.groups = semanticGroups.map((name) => ({ name, variables: variables[name] }));
    this.cuts = semanticCuts.map((name) => ({ name, variables: trunk.layers.at(-1) ?? [] }));
  }

  /** [batch, observation] → features [batch, width]. */
  encode(observation: tfc.Tensor2D): tfc.Tensor2D {
    return this.#features(this.#student, this.#student.stem.apply(observation));
  }

  posterior(features: tfc.Tensor2D): Posterior {
    const [mean, raw] = this.#tf.split(this.#zHead.apply(features), 2, 1) as [
      tfc.Tensor2D,
      tfc.Tensor2D,
    ];
    const [low, high] = this.#range;
    return { mean, logVariance: this.#tf.clipByValue(raw, low, high) };
  }

  /** [batch, latent] → [batch, observation]. */
  decode(latents: tfc.Tensor2D): tfc.Tensor2D {
    return this.#decoder.apply(latents);
  }

  /** The velocity as the network gives it, at times of its own convention. */
  velocity(state: tfc.Tensor2D, time: tfc.Tensor2D, condition: tfc.Tensor2D): tfc.Tensor2D {
    const tf = this.#tf;
    const angle = tf.mul<tfc.Tensor2D>(time, 2 * Math.PI);
    const given = tf.concat2d([state, condition, time, tf.sin(angle), tf.cos(angle)], 1);
    return this.#flowHead.apply(this.#features(this.#student, this.#flowStem.apply(given)));
  }

  student(features: tfc.Tensor2D): Semantics {
    return this.#semantics(this.#student, features);
  }

  /** The teacher's logits for a view, [batch, prototypes]. */
  teacher(view: tfc.Tensor2D): tfc.Tensor2D {
    const features = this.#features(this.#teacher, this.#teacher.stem.apply(view));
    return this.#semantics(this.#teacher, features).logits;
  }

  dispose(): void {
    for (const { stem, trunk, head, prototypes } of [this.#student, this.#teacher]) {
      for (const part of [stem, trunk, head, prototypes]) part.dispose();
    }
    for (const part of [this.#zHead, this.#decoder, this.#flowStem, this.#flowHead]) part.dispose();
  }

  #features({ trunk }: Backbone, entered: tfc.Tensor2D): tfc.Tensor2D {
    return swish(this.#tf, trunk.apply(swish(this.#tf, entered)));
  }

  #semantics({ head, prototypes }: Backbone, features: tfc.Tensor2D): Semantics {
    const tf = this.#tf;
    const bottleneck = unitVectors(tf, head.apply(features));
    const directions = unitVectors(tf, prototypes as tfc.Tensor as tfc.Tensor2D);
    return { bottleneck, logits: tf.matMul(bottleneck, directions, false, true) };
  }
}

/** What student and teacher both have. */
interface Backbone {
  readonly stem: MultilayerPerceptron;
  readonly trunk: MultilayerPerceptron;
  readonly head: MultilayerPerceptron;
  /** [prototypes, bottleneck]; only the directions of the rows count, as in DINO with a fixed norm. */
  readonly prototypes: tfc.Variable;
}

function createBackbone(
  tf: Tf,
  network: (...sizes: number[]) => MultilayerPerceptron,
  width: number,
  prototypes: number,
  random: Random,
): Backbone {
  const values = Float32Array.from({ length: prototypes * bottleneckSize }, () => random.normal());
  return {
    stem: network(observationSize, width),
    trunk: network(width, width, width),
    head: network(width, width, bottleneckSize),
    prototypes: tf.tidy(() => tf.variable(tf.tensor2d(values, [prototypes, bottleneckSize]))),
  };
}

function variablesOf({ stem, trunk, head, prototypes }: Backbone): readonly tfc.Variable[] {
  return [...stem.variables, ...trunk.variables, ...head.variables, prototypes];
}

function swish(tf: Tf, x: tfc.Tensor2D): tfc.Tensor2D {
  return tf.mul(x, tf.sigmoid(x));
}
