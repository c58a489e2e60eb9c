import { adamStep, firstAdamMoments } from '../../../../server/src/numerics/balance/adamStep.ts';
import { dynamicWeightAverage } from '../../../../server/src/numerics/balance/dynamicWeightAverage.ts';
import {
  emaInverseSeed,
  firstEmaInverseSeed,
} from '../../../../server/src/numerics/balance/emaInverseSeed.ts';
import {
  famoUpdate,
  famoWeights,
  firstFamoState,
} from '../../../../server/src/numerics/balance/famo.ts';
import { geometricMean } from '../../../../server/src/numerics/balance/geometricMean.ts';
import { gradNorm, gradNormDescend } from '../../../../server/src/numerics/balance/gradNorm.ts';
import { imtlLWeighting, optimalLogScales } from '../../../../server/src/numerics/balance/imtlL.ts';
import {
  globalNorm,
  sumOfTensorNorms,
} from '../../../../server/src/numerics/balance/inverseNormSeed.ts';
import { log1pLoss } from '../../../../server/src/numerics/balance/logLoss.ts';
import {
  type LearntWeighting,
  logVarianceWeighting,
  optimalLogVariances,
} from '../../../../server/src/numerics/balance/logVariance.ts';
import { normaliseToReference } from '../../../../server/src/numerics/balance/normaliseToReference.ts';
import { randomLossWeights } from '../../../../server/src/numerics/balance/randomLossWeights.ts';
import {
  rangeNormalisedSigmoid,
  sigmoidSchedule,
} from '../../../../server/src/numerics/balance/sigmoidSchedule.ts';
import { sigmoidWeightingSeed } from '../../../../server/src/numerics/balance/sigmoidWeighting.ts';
import { smoothTchebycheff } from '../../../../server/src/numerics/balance/smoothTchebycheff.ts';
import { stagedSchedule } from '../../../../server/src/numerics/balance/stagedSchedule.ts';
import { stagedSigmoidSeed } from '../../../../server/src/numerics/balance/stagedSigmoidSchedule.ts';
import { stepSchedule } from '../../../../server/src/numerics/balance/stepSchedule.ts';
import type { Reading } from './publishedVectors.ts';
import { inner } from './rows.ts';

type Answer = (reading: Reading) => unknown;

/** The learnt variables after each step of an optimiser on constant losses. */
function course(
  losses: readonly number[],
  reading: Reading,
  start: readonly number[],
  objective: (losses: readonly number[], variables: readonly number[]) => LearntWeighting,
): readonly (readonly number[])[] {
  const rate = reading.number('lr');
  const isAdam = reading.text('optimizer') === 'adam';
  let variables = start;
  let moments = firstAdamMoments(start.length);
  return Array.from({ length: reading.number('steps') }, () => {
    const { gradient } = objective(losses, variables);
    if (isAdam) {
      const next = adamStep(variables, gradient, moments, { rate });
      variables = next.values;
      moments = next.moments;
    } else {
      variables = variables.map((value, index) => value - rate * (gradient[index] ?? Number.NaN));
    }
    return variables;
  });
}

function famoTrace(reading: Reading, sequence: readonly Readonly<Record<string, number[]>>[]) {
  const options = {
    rate: reading.number('w_lr'),
    decay: reading.number('gamma'),
    epsilon: reading.number('eps'),
  };
  let state = firstFamoState(sequence[0]?.before?.length ?? 0);
  return sequence.map(({ before = [], after = [] }) => {
    const { shares, total, weights } = famoWeights(state, before, options);
    state = famoUpdate(state, before, after, options);
    return {
      before,
      after,
      z: shares,
      total,
      effective_weights: weights,
      logits_after: state.logits,
    };
  });
}

/** Vectors of balancing whose inputs are losses or steps, by method. */
export const numberAnswers: Readonly<Record<string, Answer>> = {
  normalise_to_reference(reading) {
    const losses = reading.numbers('losses');
    const weights = normaliseToReference(losses, reading.number('reference'), {
      weight: reading.number('w'),
      epsilon: reading.number('eps'),
    });
    const total = inner(weights, losses);
    const [first = 0, second = 0] = losses;
    return {
      weights,
      total,
      weighted_ratio_second: (second * (weights[1] ?? Number.NaN)) / total,
      raw_ratio_second: second / (first + second),
    };
  },
  step_schedule: (reading) => ({
    weight: stepSchedule(
      reading.number('step'),
      reading.number('warmup_steps'),
      reading.number('before'),
      reading.number('after'),
    ),
  }),
  sigmoid_schedule(reading) {
    const schedule = {
      middle: reading.number('t_mid'),
      end: reading.number('t_total'),
      steepness: reading.number('k'),
    };
    return {
      weight: sigmoidSchedule(reading.number('t'), schedule),
      weight_range_normalised: rangeNormalisedSigmoid(reading.number('t'), schedule),
    };
  },
  staged_schedule: (reading) => ({
    weight: stagedSchedule(
      reading.number('t'),
      reading.number('T'),
      reading.numbers('bounds'),
      reading.numbers('values'),
    ),
  }),
  staged_sigmoid_schedule: (reading) => ({
    weight: stagedSigmoidSeed(reading.number('t'), {
      end: reading.number('T'),
      firstMiddle: reading.number('t_mid1'),
      secondMiddle: reading.number('t_mid2'),
      firstWidth: reading.number('k1'),
      secondWidth: reading.number('k2'),
    }),
  }),
  uncertainty_logvar(reading) {
    if (reading.has('losses_constant')) {
      const losses = reading.numbers('losses_constant');
      const last = course(losses, reading, reading.numbers('log_var0'), logVarianceWeighting).at(
        -1,
      );
      const { weights } = logVarianceWeighting(losses, last ?? []);
      return { log_var_final: last, weights_final: weights };
    }
    const losses = reading.numbers('losses');
    const { gradient, ...rest } = logVarianceWeighting(losses, reading.numbers('log_var'));
    return { ...rest, grad_log_var: gradient, optimal_log_var: optimalLogVariances(losses) };
  },
  uncertainty_sigmoid_seed002(reading) {
    if (reading.has('losses_constant')) {
      const losses = reading.numbers('losses_constant');
      const all = course(losses, reading, reading.numbers('omega0'), sigmoidWeightingSeed);
      const weights = all.map((omegas) => sigmoidWeightingSeed(losses, omegas).weights);
      return { weights_at_step: Object.fromEntries(weights.map((at, index) => [index + 1, at])) };
    }
    const { gradient, ...rest } = sigmoidWeightingSeed(
      reading.numbers('losses'),
      reading.numbers('omega'),
    );
    return { ...rest, grad_omega: gradient };
  },
  dwa(reading) {
    const epochs = reading.rows('epoch_losses');
    return { weights: dynamicWeightAverage(epochs, epochs[0]?.length ?? 0, reading.number('T')) };
  },
  rlw: (reading) => ({ weights: randomLossWeights(reading.numbers('normals')) }),
  gls: (reading) => geometricMean(reading.numbers('losses')),
  imtl_l(reading) {
    const losses = reading.numbers('losses');
    const { gradient, ...rest } = imtlLWeighting(losses, reading.numbers('s'));
    return { ...rest, grad_s: gradient, optimal_s: optimalLogScales(losses) };
  },
  stch: (reading) => smoothTchebycheff(reading.numbers('losses'), { mu: reading.number('mu') }),
  ema_inverse_seed003(reading) {
    const options = {
      momentum: reading.number('momentum'),
      window: reading.number('window'),
      epsilon: reading.number('eps'),
    };
    const constant = reading.has('losses_constant')
      ? reading.numbers('losses_constant')
      : undefined;
    const sequence =
      constant === undefined
        ? reading.rows('losses')
        : Array.from({ length: reading.number('steps') }, () => constant);
    let state = firstEmaInverseSeed(reading.numbers('initial_weights'));
    const steps = sequence.map((losses) => {
      state = emaInverseSeed(state, losses, options);
      return state.weights;
    });
    const last = state.weights;
    return {
      weights_per_step: steps,
      weights_final: last,
      weighted_losses: constant?.map((loss, index) => loss * (last[index] ?? Number.NaN)),
    };
  },
  log1p_seed003(reading) {
    const { value, weight } = log1pLoss(reading.number('loss'));
    return { value, effective_weight: weight };
  },
  grad_norm_seed003: (reading) => ({
    sum_of_norms: sumOfTensorNorms(reading.rows('per_param_grads')),
    global_l2: globalNorm(reading.rows('per_param_grads')),
  }),
  gradnorm_paper(reading) {
    const weights = reading.numbers('weights');
    const step = gradNorm(
      weights,
      {
        norms: reading.numbers('grad_norms'),
        losses: reading.numbers('losses'),
        initialLosses: reading.numbers('initial_losses'),
      },
      reading.number('alpha'),
    );
    return {
      gradnorm_loss: step.loss,
      targets: step.targets,
      grad_w: step.gradient,
      weights_after: gradNormDescend(weights, step.gradient, reading.number('lr_w')),
    };
  },
  famo: (reading) => ({ trace: famoTrace(reading, reading.records('sequence')) }),
};
