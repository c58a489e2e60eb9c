import { alignedMtl } from '../../../../server/src/numerics/balance/alignedMtl.ts';
import { caGrad } from '../../../../server/src/numerics/balance/caGrad.ts';
import { conFig } from '../../../../server/src/numerics/balance/conFig.ts';
import { dualProjection } from '../../../../server/src/numerics/balance/dualProjection.ts';
import { fairGrad } from '../../../../server/src/numerics/balance/fairGrad.ts';
import { gradDrop } from '../../../../server/src/numerics/balance/gradDrop.ts';
import {
  gradNormSoftmax,
  gradNormSoftmaxWeights,
} from '../../../../server/src/numerics/balance/gradNorm.ts';
import {
  firstGradVacTargets,
  type GradVacStep,
  gradVac,
} from '../../../../server/src/numerics/balance/gradVac.ts';
import { imtlG } from '../../../../server/src/numerics/balance/imtlG.ts';
import { inverseNormSeed } from '../../../../server/src/numerics/balance/inverseNormSeed.ts';
import { meanCoefficients } from '../../../../server/src/numerics/balance/mean.ts';
import { mgda } from '../../../../server/src/numerics/balance/mgda.ts';
import { nashMtl } from '../../../../server/src/numerics/balance/nashMtl.ts';
import { pcGrad, type VisitOrders } from '../../../../server/src/numerics/balance/pcGrad.ts';
import { sumCoefficients } from '../../../../server/src/numerics/balance/sum.ts';
import { upGrad } from '../../../../server/src/numerics/balance/upGrad.ts';
import {
  type Gramian,
  gradientContributions,
  gradientNorm,
  gradientShares,
  cosine as pairCosine,
} from '../../../../server/src/numerics/gramian.ts';
import type { Reading } from './publishedVectors.ts';
import { combine, gramianOf, inner, length, type Rows } from './rows.ts';

type Answer = (reading: Reading) => unknown;

/** Direction and coefficients of a method on the rows J. */
function onRows(solve: (gramian: Gramian, reading: Reading) => readonly number[]): Answer {
  return (reading) => {
    const rows = reading.rows('J');
    const weights = solve(gramianOf(rows), reading);
    return { grad: combine(weights, rows), weights };
  };
}

function ordersOf(reading: Reading, size: number): VisitOrders {
  const rising = Array.from({ length: size }, (_, index) => index);
  const order = reading.text('order', 'index') === 'reverse' ? rising.reverse() : rising;
  return Array.from({ length: size }, () => order);
}

function regularisation(reading: Reading): { normEps: number; regEps: number } {
  return { normEps: reading.number('norm_eps', 0), regEps: reading.number('reg_eps', 0) };
}

const rescales = [0, 1, 2] as const;
const scales = ['min', 'median', 'rmse'] as const;
const normalisations = ['none', 'l2', 'loss', 'loss+'] as const;

function cosines(direction: readonly number[], rows: Rows): readonly number[] {
  return rows.map((row) => inner(direction, row) / length(direction) / length(row));
}

/** Vectors whose input is a matrix of gradients, by method. */
export const gramianAnswers: Readonly<Record<string, Answer>> = {
  sum: onRows(({ size }) => sumCoefficients(size)),
  mean: onRows(({ size }) => meanCoefficients(size)),
  pcgrad: onRows((gramian, reading) => pcGrad(gramian, ordersOf(reading, gramian.size))),
  mgda: onRows((gramian, reading) =>
    mgda(gramian, {
      normalisation:
        normalisations.find((name) => name === reading.text('normalisation', 'none')) ?? 'none',
      losses: reading.has('losses') ? reading.numbers('losses') : [],
    }),
  ),
  cagrad: onRows((gramian, reading) =>
    caGrad(gramian, {
      c: reading.number('c'),
      rescale: rescales[reading.number('rescale', 0)] ?? 0,
    }),
  ),
  imtl_g: onRows((gramian) => imtlG(gramian, { withoutDescent: 'least-squares' })),
  config: onRows(conFig),
  nash_mtl: onRows((gramian, reading) => nashMtl(gramian, { maxNorm: reading.number('max_norm') })),
  fairgrad: onRows((gramian, reading) => fairGrad(gramian, { alpha: reading.number('alpha') })),
  aligned_mtl: onRows((gramian, reading) => {
    const scale = scales.find((name) => name === reading.text('scale_mode', 'min')) ?? 'min';
    const preference = reading.text('pref', 'ones') === 'ones' ? 'ones' : 'mean';
    return alignedMtl(gramian, { scale, preference }).coefficients;
  }),
  upgrad: onRows((gramian, reading) => upGrad(gramian, regularisation(reading))),
  dualproj: onRows((gramian, reading) => dualProjection(gramian, regularisation(reading))),
  inverse_grad_norm: onRows((gramian, reading) => inverseNormSeed(gramian, reading.number('eps'))),
  gradvac(reading) {
    const rows = reading.rows('J');
    const gramian = gramianOf(rows);
    let step: GradVacStep = { coefficients: [], targets: firstGradVacTargets(rows.length) };
    for (let round = 0; round < reading.number('step', 1); round += 1) {
      const orders = ordersOf(reading, rows.length);
      step = gradVac(gramian, step.targets, { beta: reading.number('beta'), orders });
    }
    const { coefficients, targets } = step;
    return { grad: combine(coefficients, rows), weights: coefficients, phi_after: targets };
  },
  graddrop: (reading) => ({ grad: gradDrop(reading.rows('J'), reading.numbers('U')) }),
  gradnorm_libmtl(reading) {
    const rows = reading.rows('J');
    const gramian = gramianOf(rows);
    const logits = reading.numbers('loss_scale');
    const norms = rows.map((_, index) => gradientNorm(gramian, index));
    const losses = reading.numbers('losses');
    const initialLosses = reading.numbers('first_epoch_mean_losses');
    const step = gradNormSoftmax(logits, { norms, losses, initialLosses }, reading.number('alpha'));
    const weights = gradNormSoftmaxWeights(logits);
    return { grad: combine(weights, rows), weights, grad_loss_scale: step.gradient };
  },
  gradient_share(reading) {
    const gramian = gramianOf(reading.rows('J'));
    const weights = reading.numbers('weights');
    return {
      projection_share: gradientContributions(gramian, weights),
      norm_share: gradientShares(gramian, weights),
      cosine: pairCosine(gramian, 0, 1),
    };
  },
  property(reading) {
    const rows = reading.rows('J');
    const direction = combine(conFig(gramianOf(rows)), rows);
    return {
      direction: direction.map((value) => value / length(direction)),
      dots: rows.map((row) => inner(direction, row)),
      cosines: cosines(direction, rows),
    };
  },
};
