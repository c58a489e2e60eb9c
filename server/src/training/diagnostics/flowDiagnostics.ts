import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom } from '../../base/random.ts';
import { metricName } from '../../model/metricName.ts';
import { conditionGain } from '../../numerics/flow/conditionGain.ts';
import { deranged } from '../../numerics/flow/derangement.ts';
import { type FlowSample, summariseFlow } from '../../numerics/flow/flowMetrics.ts';
import { timeBin } from '../../numerics/flow/timeBins.ts';
import type { Tf } from '../task.ts';
import { type FlowScheme, integrate, type PathIncrement } from './flowRollout.ts';

/** A model's velocity: rows of states, times and conditions in, rows of velocities out. */
export interface VelocityField {
  velocity(state: tfc.Tensor2D, time: tfc.Tensor2D, condition: tfc.Tensor2D): tfc.Tensor2D;
}

/** Held-out pairs, row by row. */
export interface FlowPairs {
  /** Where the path begins, [pairs, size]. */
  readonly source: tfc.Tensor2D;
  /** Where it ends, [pairs, size]. */
  readonly target: tfc.Tensor2D;
  /** What the field is told beside, [pairs, …]. */
  readonly condition: tfc.Tensor2D;
  /**
   * The share of the way from source to target at which the field is looked at, [pairs, 1], whatever
   * the convention of the field. Drawn as training draws it, the counts of the slices say how often
   * each part of the way is learnt.
   */
  readonly time: tfc.Tensor2D;
}

/**
 * The time that a field is told and the sign of what it gives (science.md §4.1): `forward`, t from 0 at
 * the source to 1 at the data, v = x₁ − x₀; `sigma`, σ from 1 at the source to 0 at the data, v = x₀ − x₁.
 */
export type FlowConvention = 'forward' | 'sigma';

export interface FlowMeasureOptions {
  /** How the field was trained. */
  readonly convention?: FlowConvention;
  /**
   * How inference uses it, by default as it was trained: rule R17's slope and the rollouts are of this
   * use. `scale` multiplies the velocity.
   */
  readonly inference?: { readonly convention?: FlowConvention; readonly scale?: number };
  /** With what to integrate; Euler alone by default, nothing for no rollouts. */
  readonly schemes?: readonly FlowScheme[];
  /** Numbers of steps, each twice the one before it; 8, 16, 32 and 64 by default. */
  readonly steps?: readonly number[];
}

/** Rollouts take the field some hundred times; more pairs would not tell more. */
const mostRolledOut = 128;
const slices = 10;
/** A difference of two rollouts below this share of their size is rounding of float32. */
const roundingShare = 5e-6;

/**
 * How a velocity field does on held-out pairs, by metric name (product.md §2): `flow/nmse`, `cos`,
 * `speed_ratio`, `slope` (R17, of the use at inference); by slice of the way `nmse_t0` … `cos_t9` and
 * `count_t0` …, t = 0 and t = 1 among them; what is lost with another's condition, `cond_gain_cos`,
 * `cond_gain_nmse` and its t statistic `cond_gain_t` (R16), left out where all conditions are equal;
 * and of rollouts with K steps `endpt_rmse@K`, `self_error@K` = rms |z_K − z_2K| and `order@K` =
 * log₂(e_K/e_2K) (R14), with `_midpoint` or `_heun` before the `@` for these. An order is left out
 * where the errors are no more than rounding. The RMSE to paired ends need not fall with K where
 * ends are not determined by starts (E5); the self-error does.
 */
export async function measureFlow(
  tf: Tf,
  field: VelocityField,
  heldOut: FlowPairs,
  options: FlowMeasureOptions = {},
): Promise<Readonly<Record<string, number>>> {
  const { convention = 'forward', inference = {}, schemes = ['euler'] } = options;
  const { convention: use = convention, scale = 1 } = inference;
  const steps = options.steps ?? [8, 16, 32, 64];
  const trained = incrementOf(tf, field, convention, 1);
  const used = incrementOf(tf, field, use, scale);
  const count = heldOut.source.shape[0];
  const partners = await drawPartners(heldOut.condition);
  const packed = tf.tidy(() => {
    const swapped = tf.gather(heldOut.condition, tf.tensor1d([...partners], 'int32'));
    return tf.concat1d([
      tf.reshape(heldOut.time, [-1]),
      compare(tf, trained, heldOut, heldOut.condition),
      compare(tf, trained, heldOut, swapped),
      compare(tf, used, heldOut, heldOut.condition),
      ...schemes.flatMap((scheme) => rollOut(tf, used, heldOut, scheme, steps)),
    ]);
  });
  const values = await packed.data<'float32'>();
  packed.dispose();
  const part = (index: number) => readSamples(values.subarray(count * (1 + 4 * index)), count);
  const own = part(0);
  const swapped = part(1);
  const pairs = own.flatMap((sample, index) => {
    const other = swapped[index];
    return other && partners[index] !== index ? [{ own: sample, swapped: other }] : [];
  });
  return {
    ...wholeFigures(own, summariseFlow(part(2)).slope),
    ...sliceFigures(own, values.subarray(0, count)),
    ...gainFigures(pairs),
    ...rolloutFigures(values.subarray(count * 13), schemes, steps),
  };
}

type ConditionedIncrement = (condition: tfc.Tensor2D) => PathIncrement;

/** dx/ds along the way from source to target, of a field in either convention. */
function incrementOf(
  tf: Tf,
  field: VelocityField,
  convention: FlowConvention,
  scale: number,
): ConditionedIncrement {
  const sign = convention === 'forward' ? scale : -scale;
  return (condition) => (state, gone) => {
    const time = convention === 'forward' ? gone : tf.sub<tfc.Tensor2D>(1, gone);
    return tf.mul(field.velocity(state, time, condition), sign);
  };
}

/** Whose condition each sample gets in exchange; its own where there is none that differs. */
async function drawPartners(condition: tfc.Tensor2D): Promise<readonly number[]> {
  const [count, size] = condition.shape;
  const values = await condition.data<'float32'>();
  const names = Array.from({ length: count }, (_, row) =>
    values.subarray(row * size, (row + 1) * size).join(' '),
  );
  // The exchange is part of the measurement: its seed never changes, and no other draw is touched (R26).
  const partners = deranged(names, createRandom(count, 'condition exchange'));
  return partners.map((partner, index) => partner ?? index);
}

/** |v̂|², |v|², ⟨v̂, v⟩ and |v̂ − v|² of every pair, one pair after the other. */
function compare(
  tf: Tf,
  increment: ConditionedIncrement,
  { source, target, time }: FlowPairs,
  condition: tfc.Tensor2D,
): tfc.Tensor1D {
  const wanted = tf.sub<tfc.Tensor2D>(target, source);
  const onPath = tf.add<tfc.Tensor2D>(source, tf.mul(time, wanted));
  const found = increment(condition)(onPath, time);
  const sums = [
    tf.square(found),
    tf.square(wanted),
    tf.mul(found, wanted),
    tf.squaredDifference(found, wanted),
  ].map((products) => tf.sum(products, 1));
  return tf.reshape(tf.stack(sums, 1), [-1]);
}

function readSamples(values: Float32Array, count: number): FlowSample[] {
  const at = (index: number): number => values[index] ?? Number.NaN;
  return Array.from({ length: count }, (_, row) => ({
    own: at(4 * row),
    other: at(4 * row + 1),
    both: at(4 * row + 2),
    error: at(4 * row + 3),
  }));
}

/** For each number of steps the mean squares of: error to the paired end, difference to the next, size. */
function rollOut(
  tf: Tf,
  increment: ConditionedIncrement,
  { source, target, condition }: FlowPairs,
  scheme: FlowScheme,
  steps: readonly number[],
): tfc.Tensor1D[] {
  const count = Math.min(mostRolledOut, source.shape[0]);
  const [starts, wanted, known] = [source, target, condition].map((rows) =>
    tf.slice2d(rows, [0, 0], [count, -1]),
  ) as [tfc.Tensor2D, tfc.Tensor2D, tfc.Tensor2D];
  const ends = steps.map((number) => integrate(tf, increment(known), starts, scheme, number));
  return ends.map((end, index) =>
    tf.stack([
      tf.mean(tf.squaredDifference(end, wanted)),
      tf.mean(tf.squaredDifference(end, ends[index + 1] ?? end)),
      tf.mean(tf.square(end)),
    ]),
  ) as tfc.Tensor1D[];
}

function wholeFigures(samples: readonly FlowSample[], slope: number): Record<string, number> {
  const { nmse, cosine, speedRatio } = summariseFlow(samples);
  return {
    [metricName.flow('nmse')]: nmse,
    [metricName.flow('cos')]: cosine,
    [metricName.flow('speed_ratio')]: speedRatio,
    [metricName.flow('slope')]: slope,
  };
}

/** Figures by tenths of the way; one that no pair lies in has its count alone. */
function sliceFigures(
  samples: readonly FlowSample[],
  times: Float32Array,
): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (let slice = 0; slice < slices; slice += 1) {
    const inside = samples.filter((_, index) => timeBin(times[index] ?? 0, slices) === slice);
    figures[metricName.flowSlice('count', slice)] = inside.length;
    if (inside.length === 0) continue;
    const { nmse, cosine } = summariseFlow(inside);
    figures[metricName.flowSlice('nmse', slice)] = nmse;
    figures[metricName.flowSlice('cos', slice)] = cosine;
  }
  return figures;
}

function gainFigures(
  pairs: readonly { readonly own: FlowSample; readonly swapped: FlowSample }[],
): Readonly<Record<string, number>> {
  if (pairs.length === 0) return {};
  const { cosine, nmse, t } = conditionGain(pairs, createRandom(pairs.length, 'batches'));
  return {
    [metricName.flow('cond_gain_cos')]: cosine,
    [metricName.flow('cond_gain_nmse')]: nmse,
    [metricName.flow('cond_gain_t')]: t,
  };
}

function rolloutFigures(
  values: Float32Array,
  schemes: readonly FlowScheme[],
  steps: readonly number[],
): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [row, scheme] of schemes.entries()) {
    const root = (index: number, column: number): number =>
      Math.sqrt(values[(row * steps.length + index) * 3 + column] ?? Number.NaN);
    for (const [index, number] of steps.entries()) {
      const named = (figure: string) => metricName.flowRollout(figure, scheme, number);
      figures[named('endpt_rmse')] = root(index, 0);
      if (index + 1 >= steps.length) continue;
      figures[named('self_error')] = root(index, 1);
      const isRounding = root(index + 1, 1) < roundingShare * root(index + 1, 2);
      if (index + 2 >= steps.length || isRounding) continue;
      figures[named('order')] = Math.log2(root(index, 1) / root(index + 1, 1));
    }
  }
  return figures;
}
