import type { LossTerm } from '../../model/lossTerm.ts';
import type { ConfigNode, SumDefinition } from '../../syntax/configTree.ts';
import { splitWords, toTermName } from '../keyWords.ts';
import type { Recognizer } from '../recognizer.ts';
import { toLossTerm } from '../toLossTerm.ts';
import type { Weighing } from '../weighings.ts';

const recognizer = 'used-in-sum';

/** `betan = 10`, where `loss = a + betan * zn_loss` says what it is. */
export const usedInSum: Recognizer = {
  name: recognizer,
  description: 'A name that is given a number in a program and multiplies a loss in a sum there.',
  examples: [
    {
      language: 'python',
      text: `parser.add_argument("--beta", type=float, default=4.0)
#                                                 ^^^
parser.add_argument("--batch-size", type=int, default=64)
alpha: float = 0.7
#              ^^^
weights = {"recon": 1.0, "kl": 0.1}
#                   ^^^
gamma = 0.99
opt = parser.parse_args()

def train():
    if small:
        betan = 1
        #       ^
    else:
        betan = 10
        #       ^^
    loss = alpha * hint_loss + (1 - alpha) * task_loss + betan * zn_loss + opt.beta * kl_loss
    total_loss = sum(weights[name] * losses[name] for name in losses)
    epoch_loss += loss.item() * opt.batch_size
    std_coeff, opacity_reg, fall_reg = 25.0, 0.1, 0.2
    #                                  ^^^^
    loss += std_coeff * std_loss
    loss += opacity_reg * opacities.mean()
    fall_reg *= 2
    returns = rewards + gamma * values
`,
      finds: [
        { name: 'kl', weight: 4 },
        { name: 'hint', weight: 0.7 },
        { name: 'recon', weight: 1 },
        { name: 'weights_kl', weight: 0.1 },
        { name: 'train_zn', weight: 1 },
        { name: 'train_zn_2', weight: 10 },
        { name: 'std', weight: 25 },
        { name: 'opacity_reg', weight: 0.1 },
      ],
    },
  ],
  recognize(_document, _places, weighings) {
    return [...surestUses(weighings)].flatMap(([definition, weighing]) => {
      const places = [definition, ...(definition.alternatives ?? [])];
      return places.flatMap((place) => termsAt(place, weighing));
    });
  },
};

/** By definition, of which one with many places may be used as many times. */
function surestUses(weighings: readonly Weighing[]): ReadonlyMap<SumDefinition, Weighing> {
  const surest = new Map<SumDefinition, Weighing>();
  for (const weighing of weighings) {
    const { definition } = weighing.operand;
    if (!definition) continue;
    const known = surest.get(definition);
    if (!known || weighing.confidence > known.confidence) surest.set(definition, weighing);
  }
  return surest;
}

function termsAt({ path, keyRange, node }: SumDefinition, weighing: Weighing): readonly LossTerm[] {
  const { name, confidence } = weighing;
  if (node.kind === 'scalar') {
    if (typeof node.value !== 'number') return [];
    return toLossTerm({ path, keyRange, node }, { name, recognizer, confidence, keyIsSure: false });
  }
  return partsOf(node).flatMap(({ key, keyRange: range, value }) => {
    if (value?.kind !== 'scalar' || typeof value.value !== 'number') return [];
    const place = { path: [...path, key], keyRange: range, node: value };
    const ownName = toTermName(splitWords(key)) || name;
    return toLossTerm(place, { name: ownName, recognizer, confidence, keyIsSure: false });
  });
}

/** Of a mapping of weights, the entries; the items of a list are too far from the losses they weigh. */
function partsOf(node: ConfigNode): Extract<ConfigNode, { kind: 'mapping' }>['entries'] {
  return node.kind === 'mapping' ? node.entries : [];
}
