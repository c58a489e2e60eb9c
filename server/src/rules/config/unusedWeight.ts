import type { TextRange } from '../../base/textRange.ts';
import type { ConfigProblem, ProblemFix } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { type ConfigDocument, findNode } from '../../syntax/configTree.ts';
import { removeEntry } from '../../syntax/removeEntry.ts';
import type { ConfigRule, ConfigSurroundings } from '../configRule.ts';
import { UseInConfig } from '../useInConfig.ts';
import { UseInProgram } from '../useInProgram.ts';

/** Nobody reads it. */
export const unusedWeight: ConfigRule = {
  name: 'unused-weight',
  description:
    'A weight that no code of the folder mentions, and after which no metric is named: whatever it is set to, nothing changes.',
  looksAround: true,
  examples: [
    {
      language: 'yaml',
      text: 'latent_dim: 16\nnum_layers: 2\nlearning_rate: 0.1\nkl_weight: 0.1\nrecon_weight: 1.0\n',
      code: 'model = Model(cfg.latent_dim, cfg.num_layers)\nrate = cfg["learning_rate"]\nloss = cfg.recon_weight * recon  # + cfg.kl_weight * kl\n',
      fires: ['kl_weight'],
    },
    {
      language: 'yaml',
      text: 'latent_dim: 16\nnum_layers: 2\nlearning_rate: 0.1\nkl_weight: 0.1\n',
      code: 'model = Model(cfg.latent_dim, cfg.num_layers, cfg.learning_rate)\nloss = sum(cfg[f"{name}_weight"] * loss for name, loss in losses)\n',
      fires: [],
    },
    // What reads this config is elsewhere.
    {
      language: 'yaml',
      text: 'latent_dim: 16\nnum_layers: 2\nlearning_rate: 0.1\nkl_weight: 0.1\n',
      code: 'plot(results, learning_rate=0.1)\n',
      fires: [],
    },
    {
      language: 'yaml',
      text: 'latent_dim: 16\nnum_layers: 2\nlearning_rate: 0.1\nkl_weight: 0.1\n',
      fires: [],
    },
    {
      language: 'python',
      text: `parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--width", type=int, default=64)
parser.add_argument("--kl-weight", type=float, default=0.1)  # kl_weight
parser.add_argument("--tv-weight", type=float, default=0.1)
args = parser.parse_args()
train(args.lr, args.epochs, args.width, args.tv_weight)
`,
      code: '',
      fires: ['"--kl-weight"'],
    },
  ],
  check(document, terms, around) {
    if (!around) return [];
    const use = document.sums ? new UseInProgram(document, around) : undefined;
    const inConfig = new UseInConfig(document, terms, around.code);
    return terms
      .filter(({ kind }) => kind === 'definition')
      .flatMap((term) => {
        const names = (use ?? inConfig).namesOfUnused(term);
        if (names.length === 0 || around.isLogged(term)) return [];
        return [speak(document, term, names, around)];
      });
  },
};

function speak(
  document: ConfigDocument,
  term: LossTerm,
  names: readonly string[],
  { code, runs }: ConfigSurroundings,
): ConfigProblem {
  const read = `${code.programs} Python ${code.programs === 1 ? 'file' : 'files'} read`;
  const said = names.map((name) => `\`${name}\``).join(' or ');
  const logged = runs === 0 ? '' : `, and no metric of its ${runsInWords(runs)} is named after it`;
  const start = document.sums ? 'Nothing but its definition' : 'No code of this folder';
  const removal = removalOf(document, term);
  return {
    code: 'unused-weight',
    severity: 'information',
    message: `${start} mentions ${said} (${read})${logged}.`,
    range: term.keyRange,
    ...(removal && { fixes: [{ title: `Remove ${term.path.at(-1)}`, ...removal }] }),
  };
}

function runsInWords(runs: number): string {
  return runs === 1 ? 'run' : `${runs} runs`;
}

/** Of a program nobody but its author knows what else goes with it. */
function removalOf(
  document: ConfigDocument,
  { path, keyRange }: LossTerm,
): Pick<ProblemFix, 'range' | 'newText' | 'others'> | undefined {
  const mapping = document.sums ? undefined : findNode(document.root, path.slice(0, -1));
  if (mapping?.kind !== 'mapping' || mapping.entries.length < 2) return undefined;
  const entry = mapping.entries.find((one) => one.keyRange.start === keyRange.start);
  const removal = entry && removeEntry(document.text, entry);
  if (document.language !== 'json' || entry !== mapping.entries.at(-1)) return removal;
  const comma = commaBehind(document.text, mapping.entries.at(-2)?.value?.range.end);
  return removal && comma && { ...removal, others: [{ range: comma, newText: '' }] };
}

/** In JSON none may stand behind what becomes the last entry. */
function commaBehind(text: string, end: number | undefined): TextRange | undefined {
  const [found] = (end !== undefined && /^\s*,/.exec(text.slice(end))) || [];
  if (end === undefined || found === undefined) return undefined;
  return { start: end + found.length - 1, end: end + found.length };
}
