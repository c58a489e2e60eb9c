import type * as tfc from '@tensorflow/tfjs-core';

import type { Random } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import type {
  Batch,
  Buffers,
  ParameterGroup,
  Task,
  TaskInstance,
  Teacher,
  Tf,
} from '../../task.ts';
import { semanticAblations } from './semanticAblations.ts';
import { drawSemanticBatch } from './semanticBatch.ts';
import { type SemanticVaeFlowConfig, semanticVaeFlowConfigSchema } from './semanticConfig.ts';
import { SemanticEvaluation } from './semanticEvaluation.ts';
import { semanticChoices, semanticTerms } from './semanticKeys.ts';
import { SemanticLosses } from './semanticLosses.ts';
import { SemanticModel } from './semanticModel.ts';
import { planSemanticVaeFlow } from './semanticPlan.ts';
import { createSemanticWorld, type SemanticWorld } from './semanticWorld.ts';

/**
 * DINO, KL and flow matching on one trunk (seed 004). Observations of ten classes go through the trunk
 * to a VAE's posterior and to DINO's prototypes; a velocity field, told the class, carries noise to the
 * latents through the same trunk. With the reconstruction the VAE needs, four losses share it.
 */
export const semanticVaeFlow: Task<SemanticVaeFlowConfig> = {
  name: 'semantic-vae-flow',
  description: 'DINO, KL and flow matching on one trunk, with the reconstruction of a VAE.',
  configSchema: semanticVaeFlowConfigSchema,
  terms: semanticTerms,
  choices: semanticChoices,
  ablations: semanticAblations,
  sharedGroup: 'trunk',
  aliases: { total_loss: metricName.totalLoss },
  plan: planSemanticVaeFlow,
  create: (tf, config, random) => new SemanticVaeFlow(tf, config, random),
};

class SemanticVaeFlow implements TaskInstance {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly teacher: Teacher;
  readonly buffers: Buffers;
  readonly #tf: Tf;
  readonly #config: SemanticVaeFlowConfig;
  readonly #world: SemanticWorld;
  readonly #model: SemanticModel;
  readonly #losses: SemanticLosses;
  readonly #center: tfc.Variable;
  readonly #evaluation: SemanticEvaluation;
  /** The step of the latest batch, by which an evaluation knows the teacher's temperature. */
  #step = 1;

  constructor(tf: Tf, config: SemanticVaeFlowConfig, random: Random) {
    this.#tf = tf;
    this.#config = config;
    this.#world = createSemanticWorld();
    this.#model = new SemanticModel(tf, config, random);
    this.groups = this.#model.groups;
    this.cuts = this.#model.cuts;
    const { dino, model, steps } = config;
    this.#center = tf.tidy(() => tf.variable(tf.zeros([model.prototypes]), false));
    this.#losses = new SemanticLosses(tf, config, this.#model, this.#center);
    this.teacher = {
      pairs: this.#model.pairs,
      // Half a cosine wave from the first momentum to 1 (dino main_dino.py, cosine_scheduler).
      momentum: (step) =>
        1 - ((1 - dino.teacher_momentum) * (1 + Math.cos((Math.PI * (step - 1)) / steps))) / 2,
    };
    this.buffers = {
      variables: [this.#center],
      next: (batch) => [this.#losses.nextCenter(batch)],
    };
    this.#evaluation = new SemanticEvaluation(tf, config, this.#world);
  }

  nextBatch(random: Random, step = 1): Batch {
    this.#step = step;
    const { batch_size } = this.#config;
    const drawn = drawSemanticBatch(this.#tf, this.#config, this.#world, random, batch_size);
    const temperature = this.#tf.scalar(teacherTemperature(this.#config.dino, step));
    return { ...drawn, teacherTemperature: this.#tf.keep(temperature) };
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    return this.#losses.compute(batch);
  }

  evaluate(): Promise<Readonly<Record<string, number>>> {
    const parts = { model: this.#model, losses: this.#losses, center: this.#center };
    return this.#evaluation.measure(parts, teacherTemperature(this.#config.dino, this.#step));
  }

  dispose(): void {
    this.#model.dispose();
    this.#losses.dispose();
    this.#center.dispose();
    this.#evaluation.dispose();
  }
}

/** T_t at a step, counted from 1: a straight line over the warm-up. */
function teacherTemperature(
  {
    warmup_teacher_temperature: first,
    teacher_temperature: last,
    warmup_steps,
  }: SemanticVaeFlowConfig['dino'],
  step: number,
): number {
  return step > warmup_steps ? last : first + ((last - first) * (step - 1)) / warmup_steps;
}
