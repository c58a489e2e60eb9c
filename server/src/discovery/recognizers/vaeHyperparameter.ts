import { isLossWord, toTermName } from '../keyWords.ts';
import { namesSomethingElse } from '../notAWeight.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';
import { namesIn, type WeightPlace } from '../weightPlaces.ts';

const greek = new Set(['alpha', 'beta', 'gamma']);
/** Words that make another thing of a Greek letter: the shape of a prior, the gain of a schedule. */
const otherWords = new Set(['shape', 'rate', 'prior', 'focal', 'correction', 'adam', 'decay']);
/** Keys that only an autoencoder has, beside which `beta` weighs the KL. */
const latentKeys =
  /^(?:kld?_\w+|z_dim|latent_dim|latent_size|latent_channels|(?:n|num)_embed(?:s|dings)?|codebook_size)$/i;
/** Keys that only a quantizer has, whose `beta` weighs the commitment. */
const quantizerKeys = /^(?:(?:n|num)_embed(?:s|dings)?|codebook_size)$/i;

/** `model: {name: BetaVAE, beta: 4}`. */
export const vaeHyperparameter: Recognizer = {
  name: 'vae-hyperparameter',
  description:
    'An `alpha`, `beta` or `gamma` of a variational autoencoder, whose papers give these names to the weights of its losses.',
  examples: [
    {
      language: 'yaml',
      text: `model_params:
  name: FactorVAE
  gamma: 6.4
  #      ^^^
  latent_gamma: 10.
  gamma_shape: 8.
  temperature: 0.5
quantizer:
  _target_: taming.VectorQuantizer
  num_embeddings: 512
  beta: 0.25
  #     ^^^^
optimizer: {name: adam, beta: 0.9}
focal: {type: FocalLoss, alpha: 0.25, gamma: 2.0}
diffusion: {beta: 0.02, latent_steps: 4}
`,
      finds: [
        { name: 'gamma', weight: 6.4 },
        { name: 'latent_gamma', weight: 10 },
        { name: 'commitment', weight: 0.25 },
      ],
    },
    {
      language: 'json',
      text: '{"latent_dim": 16, "beta": 4.0, "alpha": 0.5, "lr": {"gamma": 0.9}}\n',
      finds: [{ name: 'beta', weight: 4 }],
    },
  ],
  recognize(_document, places) {
    const families = new Families();
    return places.flatMap((place) => {
      if (!isGreek(place)) return [];
      const family = families.of(place);
      const confidence = confidenceOf(place, family);
      if (confidence === 0) return [];
      const name = nameOf(place, family);
      const recognition = { name, recognizer: 'vae-hyperparameter', confidence };
      return toLossTerm(place, { ...recognition, keyIsSure: false });
    });
  },
};

function isGreek({ words, isElsewhere }: WeightPlace): boolean {
  if (!greek.has(words.at(-1) ?? '') || isElsewhere || namesSomethingElse(words)) return false;
  return !words.some((word) => otherWords.has(word) || isLossWord(word));
}

/** What the keys of one mapping have in common. */
interface Family {
  readonly isOfVae: boolean;
  /** How many of them end in a Greek letter. */
  readonly letters: number;
}

/** Looks at each mapping once: every letter in a long one would ask about all other keys. */
class Families {
  readonly #known = new Map<WeightPlace['family'], Family>();

  of(place: WeightPlace): Family {
    const known = this.#known.get(place.family);
    if (known) return known;
    const letters = place.family.filter(({ words }) => greek.has(words.at(-1) ?? '')).length;
    const family = { isOfVae: isOfVae(place), letters };
    this.#known.set(place.family, family);
    return family;
  }
}

function confidenceOf(place: WeightPlace, { isOfVae }: Family): number {
  if (isOfVae) return 0.75;
  return place.words.join(' ') === 'beta' && hasLatent(place) ? 0.65 : 0;
}

function isOfVae({ path, mapping }: WeightPlace): boolean {
  const above = path.at(-2) ?? '';
  return [above, ...namesIn(mapping), ...modelsIn(mapping)].some((name) =>
    /vae|quantiz/i.test(name),
  );
}

/** `model: vae` in a flat file. */
function modelsIn(mapping: WeightPlace['mapping']): readonly string[] {
  return mapping.entries.flatMap(({ key, value }) => {
    const isModel = /^(?:model|arch|architecture|network|model_name|model_type)$/i.test(key);
    return isModel && value?.kind === 'scalar' ? [String(value.value)] : [];
  });
}

function hasLatent({ mapping }: WeightPlace): boolean {
  return mapping.entries.some(({ key }) => latentKeys.test(key));
}

/** A beta alone is that of the β-VAE, or the commitment of a quantizer; beside others each keeps its letter. */
function nameOf({ words, mapping }: WeightPlace, { letters }: Family): string {
  if (words.join('') !== 'beta' || letters > 1) return toTermName(words);
  const isQuantized =
    [...namesIn(mapping)].some((name) => /vq|quantiz/i.test(name)) ||
    mapping.entries.some(({ key }) => quantizerKeys.test(key));
  return isQuantized ? 'commitment' : 'kl';
}
