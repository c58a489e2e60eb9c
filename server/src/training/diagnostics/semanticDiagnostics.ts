import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/** What a student and its teacher give for the same samples. */
export interface SoftenedOutputs {
  /** [samples, outputs]. */
  readonly student: tfc.Tensor2D;
  readonly teacher: tfc.Tensor2D;
  /** Running mean of the teacher's outputs, [outputs]: without it the entropy is of another distribution. */
  readonly center: tfc.Tensor;
  readonly studentTemperature: number;
  readonly teacherTemperature: number;
  /** The student's features, rows of length 1, [samples, size]. */
  readonly features: tfc.Tensor2D;
}

const figures = ['ent/teacher', 'ent/student', 'ent/teacher_marginal', 'feat/std'] as const;
export const semanticFigureCount = figures.length;

/** What `semanticFigures` reads, [4]. */
export function semanticStatistics(tf: Tf, outputs: SoftenedOutputs): tfc.Tensor1D {
  const { student, teacher, center, studentTemperature, teacherTemperature, features } = outputs;
  const sharp = tf.softmax(tf.div<tfc.Tensor2D>(tf.sub(teacher, center), teacherTemperature));
  const soft = tf.softmax(tf.div<tfc.Tensor2D>(student, studentTemperature));
  const deviation = tf.mean(tf.sqrt(tf.moments(features, 0).variance));
  const size = features.shape[1];
  return tf.stack([
    meanEntropy(tf, sharp),
    meanEntropy(tf, soft),
    meanEntropy(tf, tf.mean(sharp, 0, true)),
    tf.mul(deviation, Math.sqrt(size)),
  ]) as tfc.Tensor1D;
}

/**
 * Entropies in nats, of the teacher with its centre and temperature, of the student with its own, of
 * the mean output of the teacher (`ent/teacher_marginal`, 0 where all samples are one prototype, R20),
 * with log K as `ent/max`; and `feat/std`, the mean deviation of a dimension of the unit features
 * times √d: 1 where they are spread over the sphere, below 0.2 collapsed (R21).
 */
export function semanticFigures(
  statistics: Float32Array,
  outputs: number,
): Readonly<Record<string, number>> {
  const read = figures.map((name, index) => [name, statistics[index] ?? Number.NaN] as const);
  return { ...Object.fromEntries(read), 'ent/max': Math.log(outputs) };
}

/** −Σ p log p of each row, mean over rows; 0 log 0 is 0. */
function meanEntropy(tf: Tf, probabilities: tfc.Tensor): tfc.Scalar {
  const logs = tf.log(tf.maximum(probabilities, 1e-30));
  return tf.neg(tf.mean(tf.sum(tf.mul(probabilities, logs), -1)));
}
