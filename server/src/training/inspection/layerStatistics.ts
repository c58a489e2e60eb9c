import type * as tfc from '@tensorflow/tfjs-core';

import { metricName } from '../../model/metricName.ts';
import type { StepSpec } from '../stepEngine.ts';
import type { Batch, Tf } from '../task.ts';
import { keepLayerOutputs, type LayerOutput } from './layerOutputs.ts';
import { type LayerWeights, layerWeights } from './layerTags.ts';

type Metrics = Readonly<Record<string, number>>;

/** The range of inputs within which an activation still has a slope. */
interface ActiveRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Beyond these an input is saturated, as Amazon SageMaker Debugger's rule SaturatedActivation has it
 * (defaults min/max_threshold_tanh and _sigmoid): a slope of tanh under 2·10⁻⁸, of the sigmoid under
 * 5·10⁻⁸ above and 10⁻¹⁰ below.
 */
const activeRanges: ReadonlyMap<string, ActiveRange> = new Map([
  ['Sigmoid', { least: -23, most: 16.99999 }],
  ['Tanh', { least: -9.4999, most: 9.4999 }],
]);

/** What one pass through a layer says, apart from its units. */
const passFigures = 3;
const weightFigures = 3;

/**
 * Statistics of the weights and of the outputs of each layer, by one forward pass at the values that
 * the instance's variables hold, read in one transfer. A unit is an element of the last axis; a dead
 * one is 0 for the whole batch, in every pass through its layer (SageMaker's DeadRelu asks for less
 * than 1 % of it to be active, which for a batch of up to 100 samples is the same).
 */
export async function layerStatistics(
  tf: Tf,
  { instance }: Pick<StepSpec, 'instance'>,
  batch: Batch,
): Promise<Metrics> {
  const { groups } = instance;
  const weights = layerWeights(groups);
  const kept = keepLayerOutputs(tf, { groups, batch }, () => void instance.losses(batch));
  const { outputs } = kept;
  let packed: tfc.Tensor1D | undefined;
  try {
    packed = tf.tidy(() => {
      const measured = weights.map(({ variable }) => measureWeights(tf, variable));
      const passes = outputs.map((output) => measurePass(tf, output));
      return tf.concat1d([tf.zeros([0]), ...measured, ...passes]);
    });
  } finally {
    kept.dispose();
  }
  const values = await packed.data<'float32'>();
  packed.dispose();
  return { ...weightMetrics(weights, values), ...passMetrics(outputs, values, weights.length) };
}

function measureWeights(tf: Tf, weights: tfc.Tensor): tfc.Tensor1D {
  return tf.stack([
    tf.mean(tf.square(weights)),
    tf.max(tf.abs(weights)),
    shareOf(tf, tf.equal(weights, 0)),
  ]) as tfc.Tensor1D;
}

/** Mean square, share of zeros, share of saturated values, then the largest magnitude of each unit. */
function measurePass(tf: Tf, { output, input, activation }: LayerOutput): tfc.Tensor1D {
  const active = activeRanges.get(activation);
  const saturated =
    active && input
      ? tf.logicalOr(tf.less(input, active.least), tf.greater(input, active.most))
      : undefined;
  const magnitudes = tf.max(tf.reshape(tf.abs(output), [-1, unitsOf(output)]), 0);
  const shares = tf.stack([
    tf.mean(tf.square(output)),
    shareOf(tf, tf.equal(output, 0)),
    saturated ? shareOf(tf, saturated) : tf.scalar(0),
  ]);
  return tf.concat1d([shares as tfc.Tensor1D, magnitudes as tfc.Tensor1D]);
}

function shareOf(tf: Tf, condition: tfc.Tensor): tfc.Tensor {
  return tf.mean(tf.cast(condition, 'float32'));
}

function unitsOf({ shape }: tfc.Tensor): number {
  return shape.at(-1) ?? 1;
}

function weightMetrics(weights: readonly LayerWeights[], values: Float32Array): Metrics {
  const metrics: Record<string, number> = {};
  for (const [index, { layer }] of weights.entries()) {
    const start = index * weightFigures;
    metrics[metricName.parameter(layer, 'rms')] = Math.sqrt(values[start] ?? Number.NaN);
    metrics[metricName.parameter(layer, 'abs_max')] = values[start + 1] ?? Number.NaN;
    metrics[metricName.parameter(layer, 'zero_share')] = values[start + 2] ?? Number.NaN;
  }
  return metrics;
}

/** One pass with its figures. */
interface ReadPass {
  readonly output: LayerOutput;
  readonly size: number;
  readonly meanSquare: number;
  readonly zeroShare: number;
  readonly saturatedShare: number;
  readonly magnitudes: Float32Array;
}

function passMetrics(
  outputs: readonly LayerOutput[],
  values: Float32Array,
  weights: number,
): Metrics {
  const byLayer = new Map<string, ReadPass[]>();
  let start = weights * weightFigures;
  for (const output of outputs) {
    const unitsFrom = start + passFigures;
    const [meanSquare = Number.NaN, zeroShare = Number.NaN, saturatedShare = Number.NaN] =
      values.subarray(start, unitsFrom);
    start = unitsFrom + unitsOf(output.output);
    const magnitudes = values.subarray(unitsFrom, start);
    const { size } = output.output;
    const passes = byLayer.get(output.layer) ?? [];
    passes.push({ output, size, meanSquare, zeroShare, saturatedShare, magnitudes });
    byLayer.set(output.layer, passes);
  }
  const metrics: Record<string, number> = {};
  for (const [layer, passes] of byLayer) Object.assign(metrics, layerMetrics(layer, passes));
  return metrics;
}

/** A layer may be passed several times in one forward pass, such as for two views. */
function layerMetrics(layer: string, passes: readonly ReadPass[]): Metrics {
  const mean = (figure: (pass: ReadPass) => number, of: readonly ReadPass[]): number => {
    const total = of.reduce((sum, { size }) => sum + size, 0);
    return of.reduce((sum, pass) => sum + figure(pass) * (pass.size / total), 0);
  };
  const metrics: Record<string, number> = {
    [metricName.activation(layer, 'rms')]: Math.sqrt(mean(({ meanSquare }) => meanSquare, passes)),
    [metricName.activation(layer, 'zero_share')]: mean(({ zeroShare }) => zeroShare, passes),
    [metricName.activation(layer, 'dead_share')]: deadShare(passes),
  };
  const saturable = passes.filter(
    ({ output }) => output.input && activeRanges.has(output.activation),
  );
  if (saturable.length > 0) {
    const share = mean(({ saturatedShare }) => saturatedShare, saturable);
    metrics[metricName.activation(layer, 'saturated_share')] = share;
  }
  return metrics;
}

function deadShare(passes: readonly ReadPass[]): number {
  const units = Math.max(...passes.map(({ magnitudes }) => magnitudes.length));
  let dead = 0;
  for (let unit = 0; unit < units; unit += 1) {
    if (passes.every(({ magnitudes }) => (magnitudes[unit] ?? 0) === 0)) dead += 1;
  }
  return dead / units;
}
