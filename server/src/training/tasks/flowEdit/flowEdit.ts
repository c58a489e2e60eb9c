import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom, type Random } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import { matrixOf } from '../../batchFields.ts';
import { byName } from '../../byName.ts';
import type { LossFunction } from '../../loss.ts';
import { meanSquaredError } from '../../losses/meanSquaredError.ts';
import {
  createMultilayerPerceptron,
  type MultilayerPerceptron,
} from '../../networks/multilayerPerceptron.ts';
import type { Batch, ParameterGroup, Task, TaskInstance, Tf } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';
import {
  type FlowEditConfig,
  flowEditChoices,
  flowEditConfigSchema,
  flowEditCuts,
  flowEditGroups,
  planFlowEdit,
  renderWeightPath,
  velocityWeightPath,
} from './flowEditConfig.ts';
import { createRenderLoss, createVelocityLoss } from './flowEditLosses.ts';
import {
  conditionSize,
  createFlowEditWorld,
  type FlowEditWorld,
  imageSize,
  latentSize,
  viewSize,
} from './flowEditWorld.ts';

/** t, sin 2πt and cos 2πt. */
const timeFeatures = 3;
/** The held-out pairs are part of the data set, so their seed never changes. */
const heldOutSeed = 4711;
const heldOutCount = 512;

/**
 * Flow-matching editing of a latent, rendered to a picture (seeds 000 and 001). A frozen
 * reconstructor gives the latents z₀ and z₁ of source and target; the editor predicts the velocity
 * v(z_t, t, env) on the straight path z_t = (1−t) z₀ + t z₁; the edited latent z_t + (1−t) v, with
 * its gradient, is rendered and compared with the target picture. Both losses reach `velocity`.
 */
export const flowEdit: Task<FlowEditConfig> = {
  name: 'flow-edit',
  description: 'Flow matching with a velocity loss and a render loss on generated pairs.',
  configSchema: flowEditConfigSchema,
  terms: [
    {
      name: 'velocity',
      weightPath: velocityWeightPath,
      description:
        'Mean squared error of the predicted velocity, or as velocity_loss says; the target is detached.',
    },
    {
      name: 'render',
      weightPath: renderWeightPath,
      description:
        'L2 and perceptual difference of the rendered edit and the target picture, or as render_loss says.',
    },
  ],
  choices: flowEditChoices,
  sharedGroup: 'velocity',
  aliases: {
    velocity_loss: metricName.loss('velocity'),
    render_loss: metricName.loss('render'),
    total_loss: metricName.totalLoss,
    velocity_loss_ratio: metricName.valueShare('velocity'),
  },
  plan: planFlowEdit,
  create: (tf, config, random) => new FlowEdit(tf, config, random),
};

class FlowEdit implements TaskInstance {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly #tf: Tf;
  readonly #config: FlowEditConfig;
  readonly #world: FlowEditWorld;
  readonly #velocity: MultilayerPerceptron;
  readonly #renderer: MultilayerPerceptron;
  readonly #pixelLoss: LossFunction<'prediction' | 'target'>;
  readonly #velocityLoss: LossFunction<'prediction' | 'target' | 'time'>;
  readonly #renderLoss: LossFunction<'prediction' | 'target'>;
  readonly #reconstructor: tfc.Tensor2D;
  readonly #heldOut: Batch;

  constructor(tf: Tf, config: FlowEditConfig, random: Random) {
    this.#tf = tf;
    this.#config = config;
    this.#world = createFlowEditWorld();
    const editorWidth = config.model.transformer.editor.width;
    const rendererWidth = config.model.renderer.width;
    const inputs = latentSize + conditionSize + timeFeatures;
    const sizes = [inputs, editorWidth, editorWidth, latentSize];
    this.#velocity = createMultilayerPerceptron(tf, sizes, random);
    const layers = [latentSize, rendererWidth, rendererWidth, imageSize];
    this.#renderer = createMultilayerPerceptron(tf, layers, random);
    const [velocity, renderer] = flowEditGroups;
    this.groups = [
      { name: velocity, variables: this.#velocity.variables },
      { name: renderer, variables: this.#renderer.variables },
    ];
    const [velocityHead] = flowEditCuts;
    this.cuts = [{ name: velocityHead, variables: this.#velocity.layers.at(-1) ?? [] }];
    this.#pixelLoss = meanSquaredError.create(tf, {}, {});
    const { velocity_loss, render_loss } = config.model.transformer.editor.flow_matching;
    this.#velocityLoss = createVelocityLoss(tf, velocity_loss);
    this.#renderLoss = createRenderLoss(tf, render_loss);
    const { rows, columns, values } = this.#world.reconstructor;
    this.#reconstructor = tf.keep(tf.tensor2d(values, [rows, columns]));
    const heldOut = createRandom(heldOutSeed, 'flow-edit held out');
    this.#heldOut = this.#drawBatch(heldOut, heldOutCount);
  }

  nextBatch(random: Random): Batch {
    return this.#drawBatch(random, this.#config.batch_size);
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const tf = this.#tf;
    const { target, predicted, remaining, onPath } = this.#predictVelocity(batch);
    const edited = tf.add<tfc.Tensor2D>(onPath, tf.mul(remaining, predicted));
    const rendered = this.#render(edited);
    return {
      velocity: this.#velocityLoss.compute({
        prediction: predicted,
        target,
        time: matrixOf(batch, 'time'),
      }),
      render: this.#renderLoss.compute({ prediction: rendered, target: matrixOf(batch, 'image') }),
    };
  }

  /**
   * On held-out pairs: how well the velocity fits along the path, and the PSNR (in dB, pictures lie
   * within [0, 1]) of the edit that is made in one step from the source.
   */
  async evaluate(): Promise<Readonly<Record<string, number>>> {
    const tf = this.#tf;
    const packed = tf.tidy(() => {
      const { target, predicted } = this.#predictVelocity(this.#heldOut);
      const error = tf.sum(tf.squaredDifference(predicted, target));
      const lengths = [predicted, target].map((tensor) => tf.norm(tensor, 'euclidean', 1));
      const [own, wanted] = lengths;
      const inner = tf.sum(tf.mul(predicted, target), 1);
      const cosines = own && wanted ? tf.mean(tf.div(inner, tf.mul(own, wanted))) : tf.scalar(0);
      const atSource = { ...this.#heldOut, time: tf.zerosLike(matrixOf(this.#heldOut, 'time')) };
      const start = this.#predictVelocity(atSource);
      const rendered = this.#render(tf.add<tfc.Tensor2D>(start.onPath, start.predicted));
      return tf.stack([
        tf.div(error, tf.sum(tf.square(target))),
        cosines,
        ...lengths.map((length) => tf.mean(length)),
        this.#pixelLoss.compute({ prediction: rendered, target: matrixOf(this.#heldOut, 'image') }),
      ]);
    });
    const [nmse, cosine, speed, wantedSpeed, pixelError] = await packed.data<'float32'>();
    packed.dispose();
    return {
      'flow/nmse': nmse ?? Number.NaN,
      'flow/cos': cosine ?? Number.NaN,
      'flow/speed_ratio': (speed ?? Number.NaN) / (wantedSpeed ?? Number.NaN),
      psnr: -10 * Math.log10(pixelError ?? Number.NaN),
    };
  }

  dispose(): void {
    this.#velocity.dispose();
    this.#renderer.dispose();
    this.#pixelLoss.dispose();
    this.#velocityLoss.dispose();
    this.#renderLoss.dispose();
    this.#reconstructor.dispose();
    for (const tensor of Object.values(this.#heldOut)) tensor.dispose();
  }

  /** The path, the velocity on it and its target, all [batch, latent]; `remaining` is 1 − t, [batch, 1]. */
  #predictVelocity(batch: Batch) {
    const tf = this.#tf;
    const source = tf.matMul(matrixOf(batch, 'sourceView'), this.#reconstructor);
    const destination = tf.matMul(matrixOf(batch, 'targetView'), this.#reconstructor);
    // No parameter lies before these latents, so the target of the velocity is detached by nature.
    const target = tf.sub<tfc.Tensor2D>(destination, source);
    const time = matrixOf(batch, 'time');
    const onPath = tf.add<tfc.Tensor2D>(source, tf.mul(time, target));
    const angle = tf.mul<tfc.Tensor2D>(time, 2 * Math.PI);
    const features = [onPath, matrixOf(batch, 'condition'), time, tf.sin(angle), tf.cos(angle)];
    const predicted = this.#velocity.apply(tf.concat2d(features, 1));
    return { target, predicted, remaining: tf.sub(1, time), onPath };
  }

  #render(latents: tfc.Tensor2D): tfc.Tensor2D {
    return this.#tf.sigmoid(this.#renderer.apply(latents));
  }

  #drawBatch(random: Random, count: number): Batch {
    const tf = this.#tf;
    const pairs = this.#world.drawPairs(random, count);
    const { name, options } = this.#config.model.transformer.editor.flow_matching.time_sampling;
    const sampling = byName(timeSamplings, name);
    const times = Float32Array.from({ length: count }, () => sampling.draw(options, random));
    const batch = {
      sourceView: tf.tensor2d(pairs.sourceView, [count, viewSize]),
      targetView: tf.tensor2d(pairs.targetView, [count, viewSize]),
      condition: tf.tensor2d(pairs.condition, [count, conditionSize]),
      image: tf.tensor2d(pairs.image, [count, imageSize]),
      // [batch, 1], so that it broadcasts over the latent and never over the batch (R29).
      time: tf.tensor2d(times, [count, 1]),
    };
    for (const tensor of Object.values(batch)) tf.keep(tensor);
    return batch;
  }
}
