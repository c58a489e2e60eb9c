import type { Random } from '../../../base/random.ts';
import { deranged } from '../../../numerics/flow/derangement.ts';
import { byName } from '../../byName.ts';
import type { Batch, Tf } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';
import { normals } from '../denseMatrix.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import { classCount, observationSize, type SemanticWorld } from './semanticWorld.ts';

/**
 * One batch, kept until its owner disposes it. Each field has a row for each sample, so that it can be
 * halved:
 * `observation`, `firstView`, `secondView` and the teacher's `teacherFirst`, `teacherSecond`,
 * [batch, observation]; `condition` [batch, classes]; `posteriorNoise`, `sourceNoise`
 * [batch, latent]; `time` [batch, 1], the share of the way gone whatever the convention, which as
 * [batch, 1] broadcasts over the latent and never over the batch (R29).
 *
 * Everything is drawn in every config, so that a config that shuffles or hides something trains on
 * the same samples as one that does not.
 */
export function drawSemanticBatch(
  tf: Tf,
  { condition, flow, model }: SemanticVaeFlowConfig,
  world: SemanticWorld,
  random: Random,
  count: number,
): Batch {
  const { observation, label } = world.draw(random, count, condition.dependence);
  const views = [world.augment(random, observation), world.augment(random, observation)];
  const exchange = (): readonly number[] =>
    deranged(label.map(String), random).map((partner, index) => partner ?? index);
  const forFlow = exchange();
  const forTeacher = exchange();
  const hidden = Array.from({ length: count }, () => random.uniform() < condition.dropout);
  const told = label.map((own, index) => {
    if (hidden[index]) return undefined;
    return condition.shuffle_flow ? label[forFlow[index] ?? index] : own;
  });
  const rows = (values: Float32Array) => tf.tensor2d(values, [count, values.length / count]);
  const seen = views.map((view) => (condition.shuffle_dino ? reorder(view, forTeacher) : view));
  const [first, second] = views.map(rows);
  const [teacherFirst, teacherSecond] = seen.map(rows);
  const batch = {
    observation: rows(observation),
    ...(first && second ? { firstView: first, secondView: second } : {}),
    ...(teacherFirst && teacherSecond ? { teacherFirst, teacherSecond } : {}),
    condition: rows(oneHot(told)),
    posteriorNoise: rows(normals(random, count * model.latent)),
    sourceNoise: rows(normals(random, count * model.latent)),
    time: rows(drawTimes(flow, random, count)),
  };
  for (const tensor of Object.values(batch)) tf.keep(tensor);
  return batch;
}

function drawTimes(
  { time_sampling, ends_share, ends_width }: SemanticVaeFlowConfig['flow'],
  random: Random,
  count: number,
): Float32Array {
  const sampling = byName(timeSamplings, time_sampling.name);
  return Float32Array.from({ length: count }, () => {
    const usual = sampling.draw(time_sampling.options, random);
    const place = 2 * random.uniform() - 1;
    if (random.uniform() >= ends_share) return usual;
    return place < 0 ? -place * ends_width : 1 - place * ends_width;
  });
}

/** [count, classes]; a row of zeros for no class. */
function oneHot(labels: readonly (number | undefined)[]): Float32Array {
  const values = new Float32Array(labels.length * classCount);
  for (const [row, label] of labels.entries()) {
    if (label !== undefined) values[row * classCount + label] = 1;
  }
  return values;
}

function reorder(values: Float32Array, order: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (const [row, from] of order.entries()) {
    const start = from * observationSize;
    result.set(values.subarray(start, start + observationSize), row * observationSize);
  }
  return result;
}
