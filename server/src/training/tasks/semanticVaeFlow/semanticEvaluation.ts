import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import { matrixOf } from '../../batchFields.ts';
import { measureFlow } from '../../diagnostics/flowDiagnostics.ts';
import { posteriorFigures, posteriorStatistics } from '../../diagnostics/posteriorDiagnostics.ts';
import {
  semanticFigureCount,
  semanticFigures,
  semanticStatistics,
} from '../../diagnostics/semanticDiagnostics.ts';
import type { Batch, Tf } from '../../task.ts';
import { drawSemanticBatch } from './semanticBatch.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import { type FlowEnds, flowEnds } from './semanticFlow.ts';
import { type SemanticLosses, sample } from './semanticLosses.ts';
import type { SemanticModel } from './semanticModel.ts';
import type { SemanticWorld } from './semanticWorld.ts';

/** The held-out samples are part of the data set, so their seed never changes. */
const heldOutSeed = 4711;
const heldOutCount = 1024;

interface EvaluatedParts {
  readonly model: SemanticModel;
  readonly losses: SemanticLosses;
  readonly center: tfc.Variable;
}

/** Held-out samples, and what is measured on them. */
export class SemanticEvaluation {
  readonly #tf: Tf;
  readonly #config: SemanticVaeFlowConfig;
  readonly #heldOut: Batch;
  /** Views of other samples of other classes, for the teacher. */
  readonly #exchanged: Batch;

  constructor(tf: Tf, config: SemanticVaeFlowConfig, world: SemanticWorld) {
    this.#tf = tf;
    this.#config = config;
    const draw = (shuffle_dino: boolean): Batch => {
      const condition = { ...config.condition, dropout: 0, shuffle_flow: false, shuffle_dino };
      const random = createRandom(heldOutSeed, 'semantic-vae-flow held out');
      return drawSemanticBatch(tf, { ...config, condition }, world, random, heldOutCount);
    };
    this.#heldOut = draw(false);
    const { teacherFirst, teacherSecond, ...others } = draw(true);
    this.#exchanged = { ...(teacherFirst && teacherSecond ? { teacherFirst, teacherSecond } : {}) };
    for (const tensor of Object.values(others)) tensor.dispose();
  }

  /** @param teacherTemperature T_t of the step just taken */
  async measure(
    parts: EvaluatedParts,
    teacherTemperature: number,
  ): Promise<Readonly<Record<string, number>>> {
    const looked = this.#tf.tidy(() => this.#look(parts, teacherTemperature));
    const { packed, trained, used } = looked;
    try {
      const values = await packed.data<'float32'>();
      return {
        ...this.#figures(values),
        ...(await this.#measureFlow(parts.model, trained, used)),
      };
    } finally {
      const tensors = [packed, ...Object.values(trained), ...Object.values(used)];
      for (const tensor of tensors) tensor.dispose();
    }
  }

  dispose(): void {
    for (const batch of [this.#heldOut, this.#exchanged]) {
      for (const tensor of Object.values(batch)) tensor.dispose();
    }
  }

  #look({ model, losses, center }: EvaluatedParts, teacherTemperature: number) {
    const tf = this.#tf;
    const config = this.#config;
    const batch = { ...this.#heldOut, teacherTemperature: tf.scalar(teacherTemperature) };
    const observation = matrixOf(batch, 'observation');
    const posterior = model.posterior(model.encode(observation));
    const latents = sample(tf, posterior, matrixOf(batch, 'posteriorNoise'));
    const ends = flowEnds(tf, config, model, batch, latents);
    const unscaled = { ...config, latent_scale: { ...config.latent_scale, value: 1 } };
    const used =
      config.latent_scale.inference === 'missing'
        ? flowEnds(tf, unscaled, model, batch, latents)
        : ends;
    const student = model.student(model.encode(matrixOf(batch, 'firstView')));
    const semantics = semanticStatistics(tf, {
      student: student.logits,
      teacher: model.teacher(matrixOf(batch, 'secondView')),
      center,
      studentTemperature: config.dino.student_temperature,
      teacherTemperature,
      features: student.bottleneck,
    });
    const error = (from: tfc.Tensor2D) =>
      tf.mean(tf.squaredDifference(model.decode(from), observation));
    const way = tf.sub(ends.target, ends.source);
    const single = [
      error(latents),
      error(rolled(tf, latents)),
      losses.agreement(batch),
      losses.agreement({ ...batch, ...this.#exchanged }),
      tf.mean(tf.moments(way, 0).variance),
      tf.sqrt(tf.moments(ends.target).variance),
      tf.sqrt(tf.moments(used.target).variance),
    ];
    const statistics = tf.reshape<tfc.Rank.R1>(
      posteriorStatistics(tf, { ...posterior, sample: latents }),
      [-1],
    );
    const packed = tf.concat1d([tf.stack(single) as tfc.Tensor1D, semantics, statistics]);
    return { packed, trained: owned(tf, ends), used: owned(tf, used) };
  }

  #figures(values: Float32Array): Readonly<Record<string, number>> {
    const { latent, prototypes } = this.#config.model;
    const [own, other, agreement, exchanged, way, trainedStd, usedStd] = values;
    const rest = values.subarray(7);
    return {
      ...posteriorFigures(rest.subarray(semanticFigureCount), latent),
      ...semanticFigures(rest, prototypes),
      'rec/mse': own ?? Number.NaN,
      'rec/shuffled_ratio': (other ?? Number.NaN) / (own ?? Number.NaN),
      'dino/cond_gain': (exchanged ?? Number.NaN) - (agreement ?? Number.NaN),
      [metricName.flow('target_var')]: way ?? Number.NaN,
      'latent/train_std': trainedStd ?? Number.NaN,
      'latent/inference_std': usedStd ?? Number.NaN,
    };
  }

  /** On the latents of training; what tells of inference on those that inference has. */
  async #measureFlow(
    model: SemanticModel,
    trained: FlowEnds,
    used: FlowEnds,
  ): Promise<Readonly<Record<string, number>>> {
    const { flow, latent_scale } = this.#config;
    const { scale, schemes } = flow.inference;
    const condition = matrixOf(this.#heldOut, 'condition');
    const time = matrixOf(this.#heldOut, 'time');
    const inference = { convention: flow.inference.convention ?? flow.convention, scale };
    const options = { convention: flow.convention, inference };
    const measure = (ends: FlowEnds, by: readonly (typeof schemes)[number][]) =>
      measureFlow(this.#tf, model, { ...ends, condition, time }, { ...options, schemes: by });
    if (latent_scale.inference === 'same') return measure(trained, schemes);
    const inUse = Object.entries(await measure(used, schemes)).filter(
      ([name]) => name.includes('@') || name === metricName.flow('slope'),
    );
    return { ...(await measure(trained, [])), ...Object.fromEntries(inUse) };
  }
}

/** Every row moved to the next sample. */
function rolled(tf: Tf, rows: tfc.Tensor2D): tfc.Tensor2D {
  return tf.concat2d([tf.slice2d(rows, [1, 0], [-1, -1]), tf.slice2d(rows, [0, 0], [1, -1])], 0);
}

/** Tensors of their own, which outlive the tidy and whose disposal touches no others. */
function owned(tf: Tf, { source, target }: FlowEnds) {
  return { source: tf.clone(source), target: tf.clone(target) };
}
