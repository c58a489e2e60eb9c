import type * as tfc from '@tensorflow/tfjs-core';

import { matrixOf } from '../../batchFields.ts';
import type { LossFunction } from '../../loss.ts';
import { dino } from '../../losses/dino.ts';
import { gaussianKl } from '../../losses/gaussianKl.ts';
import { meanSquaredError } from '../../losses/meanSquaredError.ts';
import { prepareChosenLoss } from '../../prepareChosenLoss.ts';
import type { Batch, Tf } from '../../task.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import { flowEnds, velocityOnPath } from './semanticFlow.ts';
import type { Posterior, SemanticModel } from './semanticModel.ts';
import { observationNoise, observationSize } from './semanticWorld.ts';

/** The four losses of one forward pass. */
export class SemanticLosses {
  readonly #tf: Tf;
  readonly #config: SemanticVaeFlowConfig;
  readonly #model: SemanticModel;
  /** Running mean of the teacher's logits, [prototypes]. */
  readonly #center: tfc.Variable;
  readonly #dino: LossFunction<'student' | 'teacher' | 'center'>;
  readonly #kl: LossFunction<'mean' | 'logVariance'>;
  readonly #flow: LossFunction<'prediction' | 'target' | 'time'>;
  readonly #squares: LossFunction<'prediction' | 'target'>;

  constructor(tf: Tf, config: SemanticVaeFlowConfig, model: SemanticModel, center: tfc.Variable) {
    this.#tf = tf;
    this.#config = config;
    this.#model = model;
    this.#center = center;
    const { student_temperature, teacher_temperature } = config.dino;
    this.#dino = dino.create(
      tf,
      { student_temperature, teacher_temperature, same_view: 'skip' },
      { studentViews: 2, teacherViews: 2, prototypes: config.model.prototypes },
    );
    const { value, kl } = config.latent_scale;
    const { free_nats } = config.kl;
    const prior_deviation = kl === 'prior-adjusted' ? value : 1;
    this.#kl = gaussianKl.create(tf, { prior_deviation, reduction: 'sum', free_nats }, {});
    this.#squares = meanSquaredError.create(tf, {}, {});
    this.#flow = config.flow.loss
      ? prepareChosenLoss(tf, config.flow.loss, [
          {
            prediction: [1, config.model.latent],
            target: [1, config.model.latent],
            time: [1, 1],
          },
        ])
      : this.#squares;
  }

  compute(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const tf = this.#tf;
    const observation = matrixOf(batch, 'observation');
    const features = this.#model.encode(observation);
    const posterior = this.#model.posterior(features);
    const latents = sample(tf, posterior, matrixOf(batch, 'posteriorNoise'));
    const reconstructed = this.#model.decode(latents);
    const ends = flowEnds(tf, this.#config, this.#model, batch, latents);
    const path = velocityOnPath(tf, this.#config, this.#model, batch, ends);
    return {
      dino: this.agreement(batch),
      kl: this.divergence(posterior, latents),
      flow: this.#flow.compute({
        prediction: path.predicted,
        target: path.wanted,
        time: path.way,
      }),
      rec: this.reconstruction(reconstructed, observation),
    };
  }

  /** DINO of a batch. The loss divides by the last T_t: scaled logits have the T_t of the step. */
  agreement(batch: Batch): tfc.Scalar {
    const tf = this.#tf;
    const student = ['firstView', 'secondView'].map((name) =>
      this.#model.student(this.#model.encode(matrixOf(batch, name))),
    );
    const teacher = ['teacherFirst', 'teacherSecond'].map((name) =>
      this.#model.teacher(matrixOf(batch, name)),
    );
    const sharper = tf.div(this.#config.dino.teacher_temperature, temperatureOf(batch));
    return this.#dino.compute({
      student: tf.stack(student.map(({ logits }) => logits)),
      teacher: tf.mul(tf.stack(teacher), sharper),
      center: tf.mul(this.#center, sharper),
    });
  }

  /** What the centre becomes: c ← m c + (1 − m) · mean of the teacher's logits. */
  nextCenter(batch: Batch): tfc.Tensor {
    const tf = this.#tf;
    const { center_momentum: momentum } = this.#config.dino;
    const means = ['teacherFirst', 'teacherSecond'].map((name) =>
      tf.mean(this.#model.teacher(matrixOf(batch, name)), 0),
    );
    const now = tf.mean(tf.stack(means), 0);
    return tf.add(tf.mul(this.#center, momentum), tf.mul(now, 1 - momentum));
  }

  /** KL of a posterior, in the space and of the values that the config says, right or wrong. */
  divergence({ mean, logVariance }: Posterior, latents: tfc.Tensor2D): tfc.Scalar {
    const tf = this.#tf;
    const { latent_scale, kl } = this.#config;
    const scale = latent_scale.kl === 'unscaled' ? 1 : latent_scale.value;
    return this.#kl.compute({
      mean: tf.mul(kl.from === 'samples' ? latents : mean, scale),
      logVariance: tf.add(logVariance, 2 * Math.log(scale)),
    });
  }

  /** −log p(x | z) but for a constant, in nats, mean over the batch. */
  reconstruction(prediction: tfc.Tensor2D, target: tfc.Tensor2D): tfc.Scalar {
    const nats = observationSize / (2 * observationNoise ** 2);
    return this.#tf.mul(this.#squares.compute({ prediction, target }), nats);
  }

  dispose(): void {
    for (const loss of new Set([this.#dino, this.#kl, this.#flow, this.#squares])) loss.dispose();
  }
}

/** z = μ + σ ε, through which gradients reach μ and σ. */
export function sample(
  tf: Tf,
  { mean, logVariance }: Posterior,
  noise: tfc.Tensor2D,
): tfc.Tensor2D {
  return tf.add(mean, tf.mul(noise, tf.exp(tf.mul(logVariance, 0.5))));
}

/** T_t of the step that a batch is for. */
function temperatureOf(batch: Batch): tfc.Tensor {
  const temperature = batch.teacherTemperature;
  if (!temperature) throw new Error('A batch of semantic-vae-flow has a teacher temperature.');
  return temperature;
}
