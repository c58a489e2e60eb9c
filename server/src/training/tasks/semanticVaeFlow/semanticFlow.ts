import type * as tfc from '@tensorflow/tfjs-core';

import { matrixOf } from '../../batchFields.ts';
import { detach } from '../../detach.ts';
import type { Batch, Tf } from '../../task.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import type { SemanticModel } from './semanticModel.ts';

/** Where the flow's path begins and ends, in the space that the flow works in, [batch, latent]. */
export interface FlowEnds {
  readonly source: tfc.Tensor2D;
  readonly target: tfc.Tensor2D;
}

/**
 * The ends of the path for sampled latents z: the source and s · z, by default detached, so that the
 * encoder cannot please the flow by moving what it has to hit.
 */
export function flowEnds(
  tf: Tf,
  { flow, latent_scale }: SemanticVaeFlowConfig,
  model: SemanticModel,
  batch: Batch,
  latents: tfc.Tensor2D,
): FlowEnds {
  const { source } = flow;
  const ends = {
    source: startOf(tf, source, model, batch, latent_scale.value),
    target: tf.mul<tfc.Tensor2D>(latents, latent_scale.value),
  };
  if (flow.target === 'attached') return ends;
  return { source: detach(tf, ends.source), target: detach(tf, ends.target) };
}

function startOf(
  tf: Tf,
  source: SemanticVaeFlowConfig['flow']['source'],
  model: SemanticModel,
  batch: Batch,
  scale: number,
): tfc.Tensor2D {
  if (source === 'noise') return matrixOf(batch, 'sourceNoise');
  return tf.mul(model.posterior(model.encode(matrixOf(batch, 'firstView'))).mean, scale);
}

/**
 * The network's velocity on the path and what it should be, both in the network's convention; `way` is
 * the share of the path that is gone, the time by which losses weigh, whatever the convention.
 */
export function velocityOnPath(
  tf: Tf,
  { flow }: SemanticVaeFlowConfig,
  model: SemanticModel,
  batch: Batch,
  { source, target }: FlowEnds,
) {
  const way = matrixOf(batch, 'time');
  const difference = tf.sub<tfc.Tensor2D>(target, source);
  const onPath = tf.add<tfc.Tensor2D>(source, tf.mul(way, difference));
  const forward = flow.convention === 'forward';
  const clock = forward ? way : tf.sub<tfc.Tensor2D>(1, way);
  const predicted = model.velocity(onPath, clock, matrixOf(batch, 'condition'));
  return { predicted, wanted: forward ? difference : tf.neg(difference), way };
}
