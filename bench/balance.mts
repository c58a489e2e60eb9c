import { createRandom } from '../server/src/base/random.ts';
import { alignedMtl } from '../server/src/numerics/balance/alignedMtl.ts';
import { caGrad } from '../server/src/numerics/balance/caGrad.ts';
import { conFig } from '../server/src/numerics/balance/conFig.ts';
import { dualBalance } from '../server/src/numerics/balance/dualBalance.ts';
import { dualProjection } from '../server/src/numerics/balance/dualProjection.ts';
import { fairGrad } from '../server/src/numerics/balance/fairGrad.ts';
import { famoUpdate, famoWeights, firstFamoState } from '../server/src/numerics/balance/famo.ts';
import { gradNorm } from '../server/src/numerics/balance/gradNorm.ts';
import { firstGradVacTargets, gradVac } from '../server/src/numerics/balance/gradVac.ts';
import { imtlG } from '../server/src/numerics/balance/imtlG.ts';
import { inverseNorm } from '../server/src/numerics/balance/inverseNorm.ts';
import { mgda } from '../server/src/numerics/balance/mgda.ts';
import { nashMtl } from '../server/src/numerics/balance/nashMtl.ts';
import { pcGrad } from '../server/src/numerics/balance/pcGrad.ts';
import { upGrad } from '../server/src/numerics/balance/upGrad.ts';
import { Gramian, gradientNorm } from '../server/src/numerics/gramian.ts';

/**
 * `npm run bench:balance`: microseconds that each balancing method takes on the Gramian of 8 gradients: median
 * and 95th percentile over 200 random Gramians, half of them of strongly conflicting gradients, lengths
 * over 10³; the best of 5 timings of each.
 */
const size = 8;
const cases = 200;

const losses = Array.from({ length: size }, (_, index) => 1 + index / 4);
const state = firstFamoState(size);
const targets = firstGradVacTargets(size);

const methods: Readonly<Record<string, (gramian: Gramian) => unknown>> = {
  'Aligned-MTL': (gramian) => alignedMtl(gramian),
  CAGrad: (gramian) => caGrad(gramian),
  ConFIG: conFig,
  'DB-MTL': dualBalance,
  DualProj: (gramian) => dualProjection(gramian),
  'FairGrad α=2': (gramian) => fairGrad(gramian, { alpha: 2 }),
  'FAMO (weights and update)': () =>
    [famoWeights(state, losses), famoUpdate(state, losses, losses)] as const,
  GradNorm: (gramian) =>
    gradNorm(losses, {
      norms: losses.map((_, index) => gradientNorm(gramian, index)),
      losses,
      initialLosses: losses,
    }),
  GradVac: (gramian) => gradVac(gramian, targets),
  'IMTL-G': (gramian) => imtlG(gramian),
  'inverse norms': inverseNorm,
  MGDA: (gramian) => mgda(gramian),
  'Nash-MTL': (gramian) => nashMtl(gramian),
  PCGrad: (gramian) => pcGrad(gramian),
  UPGrad: (gramian) => upGrad(gramian),
};

function drawGramian(seed: number): Gramian {
  const random = createRandom(seed, 'balance');
  const conflicting = seed % 2 === 1;
  const rows = Array.from({ length: size }, (_, row) => {
    const scale = 10 ** (3 * (random.uniform() - 0.5));
    const sign = conflicting && row % 2 === 1 ? -1 : 1;
    return Array.from({ length: 12 }, () => scale * (random.normal() + (conflicting ? sign : 0)));
  });
  const products = rows.flatMap((a) =>
    rows.map((b) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)),
  );
  return Gramian.fromEntries(size, products);
}

/** Microseconds of one call, over as many as take a while. */
function time(run: () => unknown): number {
  const calls = 10;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    for (let call = 0; call < calls; call += 1) run();
    best = Math.min(best, ((performance.now() - began) * 1000) / calls);
  }
  return best;
}

const gramians = Array.from({ length: cases }, (_, seed) => drawGramian(seed));
console.log('| method, K = 8 | median µs | p95 µs |\n|---|---|---|');
for (const [name, method] of Object.entries(methods)) {
  for (const gramian of gramians) for (let call = 0; call < 20; call += 1) method(gramian);
  const times = gramians.map((gramian) => time(() => method(gramian))).sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(share * cases)] ?? Number.NaN).toFixed(1);
  console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} |`);
}
