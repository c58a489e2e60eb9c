import { splitWords } from './keyWords.ts';

/** What the words of a logged metric's name say. */
export interface MetricMeaning {
  /** The words that are left: of `train/kl_loss_step` only `kl`. */
  readonly subject: string;
  readonly family: 'loss' | 'gradient' | 'bare';
  /** Of data that the parameters were not trained on. */
  readonly heldOut: boolean;
  /** What the name says about the weight, if anything. */
  readonly scale: 'raw' | 'weighted' | undefined;
  /** A mean over an epoch, where one of a step may stand beside it. */
  readonly epoch: boolean;
}

const heldOut = new Set(['val', 'valid', 'validation', 'test', 'eval', 'dev', 'holdout']);
const losses = new Set(['loss', 'losses']);
const gradients = new Set(['grad', 'grads', 'gradient', 'gradients', 'gradnorm', 'gnorm']);
const raws = new Set(['raw', 'unscaled', 'unweighted']);
const weighteds = new Set(['weighted', 'scaled']);
/** Words that change neither what is measured nor how it was scaled. */
const silent = new Set([
  ...['avg', 'batch', 'components', 'dict', 'iter', 'iteration', 'mean', 'metric', 'metrics'],
  ...['running', 'scalar', 'scalars', 'step', 'terms', 'train', 'training'],
]);

/** Where there is a discriminator too, so are the losses of the other network marked. */
const generators = new Set(['g', 'gen', 'generator']);

/** Reads the name of a metric word by word. */
export function readMetricName(metric: string): MetricMeaning {
  const words = splitWords(metric.replace(/loss(?=[_/.\s]|$)/gi, '_loss'));
  const isGradient = words.some((word) => gradients.has(word));
  const says = (set: ReadonlySet<string>): boolean => words.some((word) => set.has(word));
  const left = words.filter((word) => !isAboutForm(word) && !(isGradient && word === 'norm'));
  const subject = withoutGenerator(left);
  return {
    subject: subject.join('_'),
    family: isGradient ? 'gradient' : says(losses) ? 'loss' : 'bare',
    heldOut: says(heldOut),
    scale: says(raws) ? 'raw' : says(weighteds) ? 'weighted' : undefined,
    epoch: words.includes('epoch'),
  };
}

/**
 * `G_L1` of pix2pix, `loss/g/kl` of VITS and `l_g_pix` of BasicSR without their first words. `G_A` of
 * CycleGAN stays: its A is one of two networks.
 */
function withoutGenerator(words: readonly string[]): readonly string[] {
  const at = words[0] === 'l' ? 1 : 0;
  const rest = words.slice(at + 1);
  return generators.has(words[at] ?? '') && rest.join('').length > 1 ? rest : words;
}

function isAboutForm(word: string): boolean {
  const sets = [heldOut, losses, gradients, raws, weighteds, silent];
  return word === 'epoch' || sets.some((set) => set.has(word));
}

/** Names under which different people log the same loss. */
const synonyms: readonly (readonly string[])[] = [
  ['adv', 'adversarial', 'adversal'],
  ['bbox', 'box'],
  ['ce', 'cls', 'class', 'classification', 'cross_entropy'],
  ['cl', 'con', 'contrastive'],
  ['cyc', 'cycle'],
  ['ent', 'entropy'],
  ['feat', 'feature', 'feature_matching'],
  ['flow', 'flow_matching', 'velocity'],
  ['id', 'identity'],
  ['kl', 'kld', 'kl_div', 'kl_divergence'],
  ['perc', 'percep', 'perceptual'],
  ['pix', 'pixel'],
  ['rec', 'recon', 'recons', 'reconstruction'],
  ['reg', 'regularization'],
  ['sty', 'style'],
  ['value', 'vf'],
];

/** True where two names are different words for the same loss. */
export function areSynonyms(first: string, second: string): boolean {
  return synonyms.some((group) => group.includes(first) && group.includes(second));
}
