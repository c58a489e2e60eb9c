import { createRandom, type Random } from '../../../base/random.ts';
import { at, type DenseMatrix, gaussianMatrix, multiply, normals } from '../denseMatrix.ts';

/** The emotions with their shares among utterances: imbalanced, as such data sets are. */
export const emotions = [
  { name: 'neutral', share: 0.4 },
  { name: 'happy', share: 0.22 },
  { name: 'sad', share: 0.16 },
  { name: 'angry', share: 0.12 },
  { name: 'surprised', share: 0.07 },
  { name: 'afraid', share: 0.03 },
] as const;
/**
 * The modalities in the order in which they are concatenated, with the number of their features
 * (seed 003 has 100, 768 and 512), of the directions of the emotional state that each sees, and the
 * deviation of its noise.
 */
export const modalities = [
  { name: 'audio', size: 20, sees: 4, noise: 0.4 },
  { name: 'text', size: 48, sees: 5, noise: 0.25 },
  { name: 'visual', size: 32, sees: 4, noise: 0.4 },
] as const;
/** Features of all modalities side by side. */
export const inputSize = modalities.reduce((sum, { size }) => sum + size, 0);

export type ModalityName = (typeof modalities)[number]['name'];
/** Whether an utterance has exactly one emotion, or one or two. */
export type LabelKind = 'single' | 'multi';

/** The world is the data set: it stays the same whatever the seed of a run. */
const worldSeed = 2026;
const stateSize = 8;
const nuisanceSize = 4;
const hiddenSize = 24;
/** Ways of showing an emotion, such as hot and cold anger. They make the classes more than one cluster. */
const stylesPerEmotion = 2;
/** Distance of a style from the middle, and the deviation of single utterances around it. */
const styleLength = 3.2;
const stateDeviation = 0.75;
const secondEmotionShare = 0.4;
/** Deviation of what an impaired modality shows in place of the utterance: louder than the rest. */
const unclearDeviation = 1.2;

/** Generated utterances, row by row. */
export interface Utterances {
  readonly count: number;
  /** [count, size of the modality] */
  readonly inputs: Readonly<Record<ModalityName, Float32Array>>;
  /** [count, emotions]: 1 where the utterance has the emotion. */
  readonly present: Float32Array;
  /** [count]: the place of the modality that says nothing in `modalities`, −1 for none. */
  readonly impaired: Int32Array;
}

interface MultimodalEmotionWorld {
  drawUtterances(random: Random, count: number, kind: UtteranceKind): Utterances;
}

interface UtteranceKind {
  readonly labels: LabelKind;
  /** Share of utterances of which one modality is missing (all 0) or nothing but noise, half each. */
  readonly impairedShare: number;
}

/**
 * An utterance has an emotional state z = c + 0.75 ε of 8 numbers around the centre c of one of two
 * styles of its emotion (`multi`: with probability 0.4 around (c + c′)/√2 of two emotions). Each
 * modality sees some directions of it only, bent together with a nuisance n ~ N(0, I₄) of its own
 * (the voice, the wording, the face): x = tanh(z A + n B) C + noise. No modality suffices alone, and
 * which is to be trusted differs from utterance to utterance: there fusion has its work.
 */
export function createMultimodalEmotionWorld(): MultimodalEmotionWorld {
  const random = createRandom(worldSeed, 'multimodal-emotion world');
  const styles = gaussianMatrix(random, emotions.length * stylesPerEmotion, stateSize, 1);
  const centres = toLength(styles, styleLength);
  const senses = modalities.map((modality) => createSense(random, modality));
  return {
    drawUtterances(draws, count, { labels, impairedShare }) {
      const present = new Float32Array(count * emotions.length);
      const states = new Float32Array(count * stateSize);
      for (let row = 0; row < count; row += 1) {
        const drawn = drawEmotions(draws, labels);
        for (const emotion of drawn) present[row * emotions.length + emotion] = 1;
        states.set(drawState(draws, centres, drawn), row * stateSize);
      }
      const impairments = Array.from({ length: count }, () => drawImpairment(draws, impairedShare));
      const views = senses.map((sense, index) => {
        const view = sense(draws, states);
        const { size } = modalities[index] ?? { size: 0 };
        for (const [row, { modality, deviation }] of impairments.entries()) {
          if (modality !== index) continue;
          view.set(
            normals(draws, size).map((value) => value * deviation),
            row * size,
          );
        }
        return view;
      });
      const [audio, text, visual] = views;
      const none = new Float32Array();
      return {
        count,
        inputs: { audio: audio ?? none, text: text ?? none, visual: visual ?? none },
        present,
        impaired: Int32Array.from(impairments, ({ modality }) => modality),
      };
    },
  };
}

/** How many of the utterances have each emotion. */
export function countEmotions({ present }: Pick<Utterances, 'present'>): readonly number[] {
  return emotions.map((_, emotion) =>
    present.reduce(
      (sum, value, index) => (index % emotions.length === emotion ? sum + value : sum),
      0,
    ),
  );
}

type Sense = (random: Random, states: Float32Array) => Float32Array<ArrayBuffer>;

function createSense(random: Random, { sees, size, noise }: (typeof modalities)[number]): Sense {
  const seen = gaussianMatrix(random, stateSize, sees, 1 / Math.sqrt(stateSize));
  const spread = gaussianMatrix(random, sees, hiddenSize, 1 / Math.sqrt(sees));
  const nuisance = gaussianMatrix(random, nuisanceSize, hiddenSize, 0.5 / Math.sqrt(nuisanceSize));
  const output = gaussianMatrix(random, hiddenSize, size, 1 / Math.sqrt(hiddenSize));
  return (draws, states) => {
    const own = normals(draws, (states.length / stateSize) * nuisanceSize);
    const bent = multiply(own, nuisance);
    const hidden = multiply(multiply(states, seen), spread).map((value, index) =>
      Math.tanh(value + at(bent, index)),
    );
    return multiply(hidden, output).map((value) => value + noise * draws.normal());
  };
}

function drawEmotions(random: Random, labels: LabelKind): readonly number[] {
  const first = drawEmotion(random);
  if (labels === 'single' || random.uniform() >= secondEmotionShare) return [first];
  let second = drawEmotion(random);
  while (second === first) second = drawEmotion(random);
  return [first, second];
}

function drawEmotion(random: Random): number {
  let left = random.uniform();
  for (const [index, { share }] of emotions.entries()) {
    left -= share;
    if (left < 0) return index;
  }
  return emotions.length - 1;
}

/** Two emotions show at once, each weaker than alone. */
function drawState(random: Random, centres: DenseMatrix, drawn: readonly number[]): Float32Array {
  const state = normals(random, stateSize).map((value) => value * stateDeviation);
  for (const emotion of drawn) {
    const style = emotion * stylesPerEmotion + Math.floor(random.uniform() * stylesPerEmotion);
    for (const [index, value] of state.entries()) {
      const centre = at(centres.values, style * stateSize + index);
      state[index] = value + centre / Math.sqrt(drawn.length);
    }
  }
  return state;
}

/** Modality −1 for an utterance that is whole. */
function drawImpairment(random: Random, share: number) {
  const isImpaired = random.uniform() < share;
  const modality = Math.floor(random.uniform() * modalities.length);
  const deviation = random.uniform() < 0.5 ? 0 : unclearDeviation;
  return isImpaired ? { modality, deviation } : { modality: -1, deviation };
}

function toLength({ rows, columns, values }: DenseMatrix, length: number): DenseMatrix {
  const scaled = values.slice();
  for (let row = 0; row < rows; row += 1) {
    const own = scaled.subarray(row * columns, (row + 1) * columns);
    const factor = length / Math.hypot(...own);
    for (const [index, value] of own.entries()) own[index] = value * factor;
  }
  return { rows, columns, values: scaled };
}
