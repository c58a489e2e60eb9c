import { createRandom, type Random } from '../../../base/random.ts';
import { at, gaussianMatrix, multiply } from '../denseMatrix.ts';

/** Sizes of the generated world. */
export const observationSize = 24;
export const classCount = 10;
/** Dimensions that observations really have: a VAE at its bound uses as many of its latents. */
export const factorCount = 4;
const hiddenSize = 16;

/** The world is the data set: it stays the same whatever the seed of a run. */
const worldSeed = 2026;
/** Standard deviation of an observation around what its factors say, in every dimension. */
export const observationNoise = 0.3;
const factorNoise = 0.5;
/** What an augmented view changes: noise, and a share of its dimensions set to 0. */
const viewNoise = 0.2;
const viewDropout = 0.15;

/** Observations with their classes. */
export interface Observations {
  /** [count, observation], row by row. */
  readonly observation: Float32Array<ArrayBuffer>;
  /** The class that each is said to be of. */
  readonly label: readonly number[];
}

export interface SemanticWorld {
  /** @param dependence how much the class says about the observation: 0 nothing, 1 all but noise */
  draw(random: Random, count: number, dependence: number): Observations;
  /** An augmented view of each observation: noise, and dimensions left out. */
  augment(random: Random, observation: Float32Array): Float32Array<ArrayBuffer>;
}

/**
 * Science.md §5, E3 with the classes of E4: four factors u = d · m_c + (1 − d) · m_c′ + ½ ε with class
 * centres m ~ N(0, I₄), the class c and another one c′ drawn apart, and the dependence d; an
 * observation is tanh(u A) B + 0.3 ε.
 */
export function createSemanticWorld(): SemanticWorld {
  const random = createRandom(worldSeed, 'semantic-vae-flow world');
  const centres = gaussianMatrix(random, classCount, factorCount, 1);
  const first = gaussianMatrix(random, factorCount, hiddenSize, 1 / Math.sqrt(factorCount));
  const second = gaussianMatrix(random, hiddenSize, observationSize, 1.5 / Math.sqrt(hiddenSize));
  return {
    draw(draws, count, dependence) {
      const drawClass = (): number => Math.floor(draws.uniform() * classCount);
      const label = Array.from({ length: count }, drawClass);
      const factors = new Float32Array(count * factorCount);
      for (const [row, own] of label.entries()) {
        const other = drawClass();
        for (let factor = 0; factor < factorCount; factor += 1) {
          const centre = (of: number): number => at(centres.values, of * factorCount + factor);
          factors[row * factorCount + factor] =
            dependence * centre(own) +
            (1 - dependence) * centre(other) +
            factorNoise * draws.normal();
        }
      }
      const clean = multiply(multiply(factors, first).map(Math.tanh), second);
      return {
        observation: clean.map((value) => value + observationNoise * draws.normal()),
        label,
      };
    },
    augment: (draws, observation) =>
      Float32Array.from(observation, (value) => {
        const noisy = value + viewNoise * draws.normal();
        return draws.uniform() < viewDropout ? 0 : noisy;
      }),
  };
}
