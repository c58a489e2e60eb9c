import { flowMetrics } from '../../../../server/src/numerics/flow/flowMetrics.ts';
import {
  gaussianEndpoint,
  gaussianVelocity,
} from '../../../../server/src/numerics/flow/gaussianFlow.ts';
import { type RolloutScheme, rollout } from '../../../../server/src/numerics/flow/rollout.ts';
import {
  timeBin,
  timeBinRight,
  timeBinSeed,
} from '../../../../server/src/numerics/flow/timeBins.ts';
import { broadcastTime } from '../../../../server/src/numerics/flow/timeBroadcast.ts';
import { cosMapTime, logitNormalTime } from '../../../../server/src/numerics/flow/timeSampling.ts';
import {
  groupUpdateRatio,
  meanTensorUpdateRatio,
} from '../../../../server/src/numerics/updateRatio.ts';
import { angleHinge, arcFace, cosFace } from '../plainLosses/angularMargin.ts';
import { distillationLoss, teacherEntropy } from '../plainLosses/distillation.ts';
import { focalLoss } from '../plainLosses/focal.ts';
import {
  aggregateVariance,
  batchGaussianKl,
  gaussianKl,
  scalePosterior,
} from '../plainLosses/gaussianKl.ts';
import { infoNce } from '../plainLosses/infoNce.ts';
import { smoothL1, squaredError } from '../plainLosses/smoothL1.ts';
import type { Reading } from './publishedVectors.ts';

type Answer = (reading: Reading) => unknown;

/** Stable Diffusion's latent scale, which the vectors of scaled latents use without naming it. */
const latentScale = 0.18215;

const schemes: Readonly<Record<string, RolloutScheme>> = {
  euler: 'euler',
  heun: 'heun',
  midpoint: 'midpoint',
  seed_mid: 'seed-midtime',
};

function softmaxOf(row: readonly number[]): number[] {
  const exponentials = row.map(Math.exp);
  const sum = exponentials.reduce((all, value) => all + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Vectors of losses, flows and metrics, by method. */
export const lossAnswers: Readonly<Record<string, Answer>> = {
  t_slice_bins(reading) {
    const bins = reading.number('bins');
    const times = reading.numbers('t');
    return {
      seed_bins_right_false: times.map((t) => timeBinSeed(t, bins)),
      right_true: times.map((t) => timeBinRight(t, bins)),
      recommended: times.map((t) => timeBin(t, bins)),
    };
  },
  angle_hinge_seed002(reading) {
    const [own = []] = reading.rows('gen');
    const [template = []] = reading.rows('template');
    const [negatives = []] = reading.cube('neg');
    const margin = reading.number('margin');
    const seed = angleHinge(own, template, negatives, margin, 'negatives');
    const right = angleHinge(own, template, negatives, margin);
    return {
      seed_cos_neg: seed.negativeCosines,
      true_cos_neg: right.negativeCosines,
      seed_loss: seed.loss,
      true_loss: right.loss,
    };
  },
  focal_loss(reading) {
    const logits = reading.rows('logits');
    const focal = (rows: readonly (readonly number[])[]) =>
      focalLoss(rows, reading.numbers('targets'), reading.number('gamma'), reading.number('alpha'));
    const shares = logits.map(softmaxOf);
    return {
      loss: focal(logits).loss,
      grad: focal(logits).gradient.flat(),
      loss_if_given_log_probs: focal(shares.map((row) => row.map(Math.log))).loss,
      loss_if_given_probs: focal(shares).loss,
    };
  },
  smooth_l1_vs_mse(reading) {
    const smooth = smoothL1(reading.number('error'), reading.number('beta'));
    const squared = squaredError(reading.number('error'));
    return {
      smooth_l1: smooth.loss,
      mse: squared.loss,
      grad_smooth: smooth.gradient,
      grad_mse: squared.gradient,
    };
  },
  kl_gaussian(reading) {
    const posterior = { means: reading.rows('mu'), logVariances: reading.rows('logvar') };
    const flatLogVariances = posterior.logVariances.flat();
    return {
      kl_elem: posterior.means
        .flat()
        .map((mean, index) => gaussianKl(mean, flatLogVariances[index] ?? Number.NaN)),
      kl_sum_dims_mean_batch: batchGaussianKl(posterior),
      agg_var: aggregateVariance(posterior),
      kl_scaled_wrong: batchGaussianKl(scalePosterior(posterior, latentScale)),
      kl_scaled_prior_s2: batchGaussianKl(
        scalePosterior(scalePosterior(posterior, latentScale), 1 / latentScale),
      ),
    };
  },
  dino_entropy(reading) {
    const entropy = teacherEntropy(
      reading.rows('logits'),
      reading.numbers('center'),
      reading.number('T'),
    );
    return {
      mean_entropy: entropy.mean,
      marginal_entropy: entropy.marginal,
      normalised: entropy.normalised,
    };
  },
  dino_ce_grad(reading) {
    const { loss, gradient } = distillationLoss(reading.rows('student'), reading.rows('teacher'), {
      center: reading.numbers('center'),
      studentTemperature: reading.number('Ts'),
      teacherTemperature: reading.number('Tt'),
    });
    return { loss, grad: gradient.flat() };
  },
  infonce: (reading) => infoNce(reading.rows('q'), reading.rows('k'), reading.number('tau')),
  arcface(reading) {
    const { targetLogit, loss } = arcFace(
      reading.numbers('cos'),
      reading.number('label'),
      reading.number('s'),
      reading.number('m'),
    );
    return { target_logit: targetLogit, loss };
  },
  cosface(reading) {
    const { targetLogit, loss } = cosFace(
      reading.numbers('cos'),
      reading.number('label'),
      reading.number('s'),
      reading.number('m'),
    );
    return { target_logit: targetLogit, loss };
  },
  update_ratio(reading) {
    const base = reading.rows('base');
    const delta = reading.rows('delta');
    return {
      seed004: meanTensorUpdateRatio(base, delta, reading.number('eps')),
      group_ratio: groupUpdateRatio(base, delta),
    };
  },
  flow_metrics(reading) {
    const { nmse, cosine, speedRatio, slope } = flowMetrics(
      reading.rows('v_pred'),
      reading.rows('v_target'),
    );
    return { nmse, cos: cosine, speed_ratio: speedRatio, slope };
  },
  gaussian_flow_field(reading) {
    const flow = { mean: reading.number('m'), deviation: reading.number('s') };
    const points = reading.numbers('x');
    return {
      v: reading.numbers('t').map((t) => points.map((x) => gaussianVelocity(x, t, flow))),
      exact_endpoint: points.map((x) => gaussianEndpoint(x, flow)),
    };
  },
  ode_rollout(reading) {
    const flow = { mean: reading.number('m'), deviation: reading.number('s') };
    const scheme = schemes[reading.text('scheme')] ?? 'euler';
    const ends = [1, 2, 4, 8, 16, 32, 64, 128].map((steps) => [
      steps,
      reading
        .numbers('x0')
        .map((x) => rollout(x, steps, scheme, (at, t) => gaussianVelocity(at, t, flow))),
    ]);
    return { endpoints: Object.fromEntries(ends) };
  },
  interpolation_broadcast(reading) {
    const [batch = 0, tokens = 0, features = 0] = reading.numbers('shape');
    const first = (along: 'samples' | 'last-axis') =>
      broadcastTime(reading.numbers('t'), [batch, tokens, features], along)?.slice(
        0,
        tokens * features,
      );
    return { seed001_first_sample: first('last-axis'), correct_first_sample: first('samples') };
  },
  time_sampling_cosmap: (reading) => cosMapTime(reading.number('u')),
  time_sampling_logit_normal: (reading) =>
    logitNormalTime(reading.number('z'), reading.number('m'), reading.number('s')),
};
