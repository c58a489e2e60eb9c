import { alignedMtl } from '../server/src/numerics/balance/alignedMtl.ts';
import { caGrad } from '../server/src/numerics/balance/caGrad.ts';
import { conFig } from '../server/src/numerics/balance/conFig.ts';
import { famoUpdate, famoWeights, firstFamoState } from '../server/src/numerics/balance/famo.ts';
import { imtlG } from '../server/src/numerics/balance/imtlG.ts';
import { logLoss } from '../server/src/numerics/balance/logLoss.ts';
import { mgda } from '../server/src/numerics/balance/mgda.ts';
import { nashMtl } from '../server/src/numerics/balance/nashMtl.ts';
import { pcGrad } from '../server/src/numerics/balance/pcGrad.ts';
import { sumCoefficients } from '../server/src/numerics/balance/sum.ts';
import { upGrad } from '../server/src/numerics/balance/upGrad.ts';
import { Gramian } from '../server/src/numerics/gramian.ts';
import { lowerBound, type ToyMethod } from './toyProblem.mts';

/** A column of the table: a method, and the successes published for scale 0.1 and 1. */
export interface ToyColumn {
  readonly name: string;
  readonly published: readonly [small: number, whole: number];
  /** A fresh method for one descent. */
  create(scale: number): ToyMethod;
}

function onGramian(solve: (gramian: Gramian) => readonly number[]): () => ToyMethod {
  return () =>
    ({ rows: [a, b] }) => {
      const cross = a[0] * b[0] + a[1] * b[1];
      const entries = [a[0] * a[0] + a[1] * a[1], cross, cross, b[0] * b[0] + b[1] * b[1]];
      return solve(Gramian.fromEntries(2, entries));
    };
}

/** As the authors' toy: ξ learns from the losses of the next step (they have no noise). */
function famo(decay: number): (scale: number) => ToyMethod {
  return (scale) => {
    const options = { decay, lowerBounds: [lowerBound * scale, lowerBound] };
    let state = firstFamoState(2);
    let before: readonly number[] | undefined;
    return ({ losses }) => {
      if (before !== undefined) state = famoUpdate(state, before, losses, options);
      before = losses;
      return famoWeights(state, losses, options).weights;
    };
  };
}

/** The table of science.md §3.6, in its order. */
export const toyColumns: readonly ToyColumn[] = [
  { name: 'sum', published: [4, 3], create: onGramian(({ size }) => sumCoefficients(size)) },
  { name: 'MGDA', published: [5, 5], create: onGramian((gramian) => mgda(gramian)) },
  { name: 'PCGrad', published: [4, 4], create: onGramian((gramian) => pcGrad(gramian)) },
  { name: 'CAGrad .4', published: [4, 3], create: onGramian((gramian) => caGrad(gramian)) },
  { name: 'IMTL-G', published: [5, 5], create: onGramian((gramian) => imtlG(gramian)) },
  { name: 'Nash', published: [5, 5], create: onGramian((gramian) => nashMtl(gramian)) },
  {
    name: 'Aligned',
    published: [4, 5],
    create: onGramian((gramian) => alignedMtl(gramian).coefficients),
  },
  { name: 'UPGrad', published: [4, 4], create: onGramian((gramian) => upGrad(gramian)) },
  { name: 'ConFIG', published: [4, 5], create: onGramian(conFig) },
  { name: 'FAMO γ=0', published: [5, 5], create: famo(0) },
  { name: 'FAMO γ=1e-5', published: [3, 3], create: famo(1e-5) },
  { name: 'FAMO γ=1e-3', published: [3, 3], create: famo(1e-3) },
  { name: 'FAMO γ=1e-2', published: [3, 3], create: famo(1e-2) },
  {
    name: 'log-sum',
    published: [3, 3],
    create:
      (scale) =>
      ({ losses: [first, second] }) => [
        logLoss(first - lowerBound * scale).weight,
        logLoss(second - lowerBound).weight,
      ],
  },
];
