/** A seeded source of random numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /**
   * Where it stands in its sequence, for `restoreRandom`: the four words of the generator and, where
   * a normal number was drawn ahead, that number.
   */
  state(): readonly number[];
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 with a label, so that
 * independent uses of one seed (weights, data, time) do not share a sequence.
 */
export function createRandom(seed: number, label = ''): Random {
  let state = seed | 0;
  for (const letter of label) state = (Math.imul(state, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  const generator = sfc32(
    splitmix(state),
    splitmix(state + 1),
    splitmix(state + 2),
    splitmix(state + 3),
  );
  for (let round = 0; round < 12; round += 1) generator.next();
  return fromGenerator(generator, undefined);
}

/** Goes on where `state` was taken: the same numbers come as would have come there. */
export function restoreRandom(state: readonly number[]): Random {
  const [a, b, c, d, spare] = state;
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new RangeError(`A random state has 4 words or more, not ${state.length}.`);
  }
  return fromGenerator(sfc32(a, b, c, d), spare);
}

function fromGenerator(generator: Generator, drawnAhead: number | undefined): Random {
  let spare = drawnAhead;
  const uniform = (): number => generator.next() / 4294967296;
  return {
    uniform,
    state: () => (spare === undefined ? generator.words() : [...generator.words(), spare]),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Box and Muller 1958; 1 - u keeps the logarithm away from zero.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

interface Generator {
  /** An integer on [0, 2³²). */
  next(): number;
  words(): readonly number[];
}

function splitmix(seed: number): number {
  let z = (seed + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

function sfc32(a0: number, b0: number, c0: number, d0: number): Generator {
  let [a, b, c, d] = [a0, b0, c0, d0];
  return {
    words: () => [a, b, c, d],
    next() {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      return t >>> 0;
    },
  };
}
