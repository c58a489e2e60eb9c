import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom, type Random } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import { matrixOf } from '../../batchFields.ts';
import { byName } from '../../byName.ts';
import { detach } from '../../detach.ts';
import { type FlowPairs, measureFlow } from '../../diagnostics/flowDiagnostics.ts';
import { integrate, type PathIncrement } from '../../diagnostics/flowRollout.ts';
import type { LossFunction } from '../../loss.ts';
import type { Batch, ParameterGroup, Task, TaskInstance, Tf } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';
import { flowEditAblations } from './flowEditAblations.ts';
import {
  flowEditChoices,
  flowEditConfigSchema,
  renderWeightPath,
  velocityWeightPath,
} from './flowEditConfig.ts';
import type { FlowEditConfig } from './flowEditKeys.ts';
import { createRenderLoss, createVelocityLoss } from './flowEditLosses.ts';
import { modeOf } from './flowEditModes.ts';
import { FlowEditNetworks } from './flowEditNetworks.ts';
import { conventionOf, type PathConvention, turnClock, turnVelocity } from './flowEditPath.ts';
import { planFlowEdit } from './flowEditPlan.ts';
import {
  conditionSize,
  createFlowEditWorld,
  type FlowEditWorld,
  imageSize,
  viewSize,
} from './flowEditWorld.ts';

/** The held-out pairs are part of the data set, so their seed never changes. */
const heldOutSeed = 4711;
const heldOutCount = 512;
/** Steps of the sampler whose pictures are looked at beside those of one step. */
const samplerSteps = 8;
/** Steps of the rollouts by which an integrator is judged: an order takes three numbers of them. */
const rolloutSteps = [8, 16, 32];

/**
 * Flow-matching editing of a latent, rendered to a picture (seeds 000 and 001). A frozen
 * reconstructor gives the latents z₀ and z₁ of source and target; the editor predicts the velocity
 * v(z_t, t, env) on the straight path z_t = (1−t) z₀ + t z₁; the edited latent z_t + (1−t) v is rendered
 * and compared with the target picture. Both losses reach `velocity`, unless the mode cuts the second
 * off. Its error is (1−t)(v−v*), so that the render loss weighs times by (1−t)² by itself. A
 * reconstructor that is trained is reached through z₀, and through z₁ only where the target is attached.
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
        'Mean squared error of the predicted velocity, or as velocity_loss says; the target is detached unless the config attaches it.',
    },
    {
      name: 'render',
      weightPath: renderWeightPath,
      description:
        'L2, perceptual and LPIPS-like difference of the rendered edit and the target picture in the parts that render_parts says, or as render_loss says.',
    },
  ],
  choices: flowEditChoices,
  ablations: flowEditAblations,
  sharedGroup: 'velocity',
  // The ratio is that of the weighted values: under the strategy normalised it is w/(1+w) whatever
  // happens (rule R5 of science.md §2.4), which the option that asks for it says.
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
  readonly #networks: FlowEditNetworks;
  readonly #convention: PathConvention;
  /** That of the sampler. */
  readonly #inference: PathConvention;
  readonly #velocityLoss: LossFunction<'prediction' | 'target' | 'time'>;
  readonly #renderLoss: LossFunction<'prediction' | 'target'>;
  readonly #heldOut: Batch;

  constructor(tf: Tf, config: FlowEditConfig, random: Random) {
    const { world, model } = config;
    const { editor } = model.transformer;
    const { path, inference, velocity_loss, render_loss, render_parts } = editor.flow_matching;
    this.#tf = tf;
    this.#config = config;
    this.#world = createFlowEditWorld({
      conflict: world.conflict,
      rendererAnisotropy: world.renderer_anisotropy,
    });
    const { reconstructor } = this.#world;
    const options = {
      editorWidth: editor.width,
      rendererWidth: model.renderer.width,
      timeScale: path.time_scale,
      reconstructor: model.reconstructor === 'frozen' ? reconstructor : undefined,
    };
    this.#networks = new FlowEditNetworks(tf, options, random);
    this.groups = this.#networks.groups;
    this.cuts = this.#networks.cuts;
    this.#convention = conventionOf(path.convention);
    this.#inference = conventionOf(inference.convention ?? path.convention);
    this.#velocityLoss = createVelocityLoss(tf, velocity_loss);
    this.#renderLoss = createRenderLoss(tf, render_loss, render_parts);
    const heldOut = createRandom(heldOutSeed, 'flow-edit held out');
    this.#heldOut = this.#drawBatch(heldOut, heldOutCount);
  }

  nextBatch(random: Random): Batch {
    return this.#drawBatch(random, this.#config.batch_size);
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const tf = this.#tf;
    const { mode } = this.#config.model.transformer.editor.flow_matching;
    const { onPath, clock, target, way } = this.#walk(batch);
    const predicted = this.#networks.velocity(onPath, clock, matrixOf(batch, 'condition'));
    const carrying = modeOf(mode).detachesVelocity ? detach(tf, predicted) : predicted;
    const remaining = tf.sub(1, way);
    const edited = tf.add<tfc.Tensor2D>(
      onPath,
      tf.mul(remaining, turnVelocity(tf, this.#convention, carrying)),
    );
    const rendered = this.#networks.render(edited);
    return {
      velocity: this.#velocityLoss.compute({ prediction: predicted, target, time: way }),
      render: this.#renderLoss.compute({ prediction: rendered, target: matrixOf(batch, 'image') }),
    };
  }

  /**
   * On held-out pairs, their times drawn as in training: how well the velocity fits (`flow/…`);
   * `flow/target_var`, the variance of z₁ − z₀ by dimension, which falls towards 0 where an attached
   * target collapses (rule R22); and the PSNR (in dB, pictures lie within [0, 1]) of what the sampler
   * makes of the source in one step, as the renderer was trained, and in eight (`psnr@8`), whose latents
   * the renderer was not trained on.
   */
  async evaluate(): Promise<Readonly<Record<string, number>>> {
    const tf = this.#tf;
    const { inference } = this.#config.model.transformer.editor.flow_matching;
    const condition = matrixOf(this.#heldOut, 'condition');
    const { source, target, time } = tf.tidy(() => {
      const { source, destination, way } = this.#walk(this.#heldOut);
      // A copy: the way may be a tensor of the held-out batch itself.
      return { source, target: destination, time: tf.clone(way) };
    });
    const pairs = { source, target, condition, time };
    const figures = await measureFlow(tf, this.#networks, pairs, {
      convention: this.#convention.flow,
      inference: { convention: this.#inference.flow, scale: inference.scale },
      steps: rolloutSteps,
    });
    const packed = tf.tidy(() => {
      const moved = tf.moments(tf.sub(target, source), 0).variance;
      const errors = [1, samplerSteps].map((steps) => this.#pictureError(pairs, steps));
      return tf.stack([tf.mean(moved), ...errors]);
    });
    const [variance, ...errors] = await packed.data<'float32'>();
    tf.dispose([packed, source, target, time]);
    const [psnr, rolledOut] = errors.map((error) => -10 * Math.log10(error));
    return {
      ...figures,
      [metricName.flow('target_var')]: variance ?? Number.NaN,
      psnr: psnr ?? Number.NaN,
      [`psnr@${samplerSteps}`]: rolledOut ?? Number.NaN,
    };
  }

  dispose(): void {
    this.#networks.dispose();
    this.#velocityLoss.dispose();
    this.#renderLoss.dispose();
    for (const tensor of Object.values(this.#heldOut)) tensor.dispose();
  }

  /**
   * The way from source to destination, [batch, latent] each: where it is walked, what the clock shows
   * there, [batch, 1], and how much of the way is gone; `target` is the velocity by the clock.
   */
  #walk(batch: Batch) {
    const tf = this.#tf;
    const { target: graph } = this.#config.model.transformer.editor.flow_matching;
    const cut = (latents: tfc.Tensor2D) => (graph === 'detached' ? detach(tf, latents) : latents);
    const source = this.#networks.reconstruct(matrixOf(batch, 'sourceView'));
    const destination = cut(this.#networks.reconstruct(matrixOf(batch, 'targetView')));
    const difference = tf.sub<tfc.Tensor2D>(destination, source);
    const clock = matrixOf(batch, 'time');
    const way = turnClock(tf, this.#convention, clock);
    const onPath = tf.add<tfc.Tensor2D>(source, tf.mul(way, difference));
    const target = turnVelocity(tf, this.#convention, cut(difference));
    return { source, destination, onPath, clock, way, target };
  }

  /** Mean squared error of the pictures of what the sampler makes of the source, by Euler's rule. */
  #pictureError({ source, condition }: FlowPairs, steps: number): tfc.Scalar {
    const tf = this.#tf;
    const { scale } = this.#config.model.transformer.editor.flow_matching.inference;
    const move: PathIncrement = (latents, gone) => {
      const clock = turnClock(tf, this.#inference, gone);
      const velocity = this.#networks.velocity(latents, clock, condition);
      return tf.mul(turnVelocity(tf, this.#inference, velocity), scale);
    };
    const rendered = this.#networks.render(integrate(tf, move, source, 'euler', steps));
    return tf.mean(tf.squaredDifference(rendered, matrixOf(this.#heldOut, 'image')));
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
