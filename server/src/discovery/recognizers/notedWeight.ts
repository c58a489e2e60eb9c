import { isLossWord, splitWords, toTermName } from '../keyWords.ts';
import { namesKnownLoss } from '../lossVocabulary.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';

/** `--alpha`, where the help says `weight of the cycle loss`. */
export const notedWeight: Recognizer = {
  name: 'noted-weight',
  description:
    'An option, field or variable of a program whose help, docstring or comment calls it the weight of a loss.',
  examples: [
    {
      language: 'python',
      text: `parser.add_argument("--alpha", type=float, default=0.3, help="weight of the cycle loss")
#                                                  ^^^
parser.add_argument("--density_reg", type=float, default=0.25, help="density regularization strength")
parser.add_argument("--wd", type=float, default=1e-4, help="weight decay")
parser.add_argument("--clip", type=float, default=0.2, help="the surrogate clipping coefficient")

@dataclass
class Args:
    init_ent: float = 0.01
    """initial coefficient of the entropy bonus"""
    no_object: float = 0.1  # relative weight of the no-object class
`,
      finds: [
        { name: 'alpha', weight: 0.3 },
        { name: 'density_reg', weight: 0.25 },
        { name: 'init_ent', weight: 0.01 },
      ],
    },
  ],
  recognize(_document, places) {
    return places.flatMap((place) => {
      const { note, node, words, isElsewhere } = place;
      if (note === undefined || isElsewhere || node.kind !== 'scalar') return [];
      if (typeof node.value !== 'number' || words.some((word) => otherKeys.has(word))) return [];
      if (!speaksOfWeight(note)) return [];
      const name = toTermName(words.filter((word) => !weightWords.has(word))) || 'loss';
      const recognition = { name, recognizer: 'noted-weight', confidence: 0.75, keyIsSure: false };
      return toLossTerm(place, recognition);
    });
  },
};

const weightWords = new Set([
  ...['weight', 'weights', 'weighting', 'coefficient', 'coef', 'coeff', 'lambda', 'multiplier'],
  ...['w', 'gain', 'strength'],
]);
/** Words of notes and keys that say that something else is weighed, or that it is no weight at all. */
const otherWords = new Set([
  ...['decay', 'class', 'classes', 'clip', 'clipping', 'sample', 'samples', 'sampling', 'momentum'],
  ...['advantage', 'discount', 'gae', 'learning', 'dropout', 'matching', 'cost'],
  ...['init', 'initialization', 'layer', 'negative', 'positive', 'optimizer'],
  ...['adam', 'scheduler', 'annealing', 'epochs', 'steps', 'target', 'polyak', 'reward', 'rewards'],
  ...['margin', 'temperature', 'smoothing', 'threshold', 'ema', 'attention', 'whether', undefined],
]);
const otherKeys = new Set([
  ...['decay', 'lr', 'rate', 'warmup', 'schedule', 'scheduler', 'epochs', 'epoch', 'steps', 'size'],
  ...['num', 'type', 'mode', 'path', 'dir', 'seed', 'eps', 'margin', 'temperature', 'every', 'gae'],
  ...['prob', 'probability', 'noise', 'dist', 'distance', 'sigma', 'std'],
]);
const penalties = new Set([
  ...['penalty', 'regularizer', 'regularizers', 'regularization', 'bonus', 'term', 'objective'],
  ...['classification', 'regression', 'distillation', 'segmentation', 'divergence', 'leibler'],
]);

/** Where the note is longer it tells a story, and single words say little. */
const longestNote = 25;

function speaksOfWeight(note: string): boolean {
  const words = splitWords(note);
  if (words.length > longestNote || words.some((word) => otherWords.has(word))) return false;
  if (!words.some((word) => weightWords.has(word))) return false;
  return words.some((word) => isLossWord(word) || penalties.has(word)) || namesKnownLoss(words);
}
