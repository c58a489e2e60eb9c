import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import type { ConfigProblem } from '../../../server/src/model/finding.ts';
import { lintAround } from '../../../server/src/rules/configLint.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { surroundings } from '../../support/surroundings.ts';

interface Around {
  readonly fileName?: string;
  readonly logged?: readonly string[];
}

function judge(
  text: string,
  programs: readonly string[],
  { fileName = 'config.yaml', logged }: Around = {},
): readonly ConfigProblem[] {
  const document = parseConfig(fileName, text);
  if (!document) throw new Error(`no language for ${fileName}`);
  return lintAround(document, discoverTerms(document), surroundings(programs, logged), undefined);
}

/** Texts of the places that are spoken of. */
function unused(text: string, program: string, around: Around = {}): readonly string[] {
  return judge(text, [program], around).map(({ range }) => text.slice(range.start, range.end));
}

/** A config whose other keys the program below reads. */
const rest = 'latent_dim: 16\nnum_layers: 2\nbatch_size: 8\n';
const reader = 'train(cfg.latent_dim, cfg.num_layers, cfg["batch_size"])\n';

describe('of a weight of a config', () => {
  test('it is said how many programs were read, and how many runs', () => {
    const text = `${rest}kl_weight: 0.1\n`;
    const [problem] = judge(text, [reader]);
    expect(problem).toMatchObject({
      code: 'unused-weight',
      severity: 'information',
      message: 'No code of this folder mentions `kl_weight` (1 Python file read).',
    });
    expect(judge(text, [reader, ''], { logged: ['recon'] })[0]?.message).toBe(
      'No code of this folder mentions `kl_weight` (2 Python files read), and no metric of its run is named after it.',
    );
    expect(judge(text, [reader], { logged: ['kl'] })).toEqual([]);
  });

  test('every config language is read', () => {
    const json = '{"latent_dim": 1, "num_layers": 2, "batch_size": 8,\n"kl_weight": 0.1}';
    expect(unused(json, reader, { fileName: 'a.json' })).toEqual(['"kl_weight"']);
    const toml = 'latent_dim = 1\nnum_layers = 2\nbatch_size = 8\n[loss]\nkl_weight = 0.1\n';
    expect(unused(toml, reader, { fileName: 'a.toml' })).toEqual(['kl_weight']);
  });

  test.each([
    ['an attribute', 'loss = cfg.loss.kl_weight * kl'],
    ['a key', 'loss = cfg["loss"]["kl_weight"] * kl'],
    ['a path', 'weight = OmegaConf.select(cfg, "loss.kl_weight")'],
    ['an argument of another spelling', 'def build(klWeight=1.0): pass'],
    ['a constant', 'KL_WEIGHT = 1'],
    ['an option', 'parser.add_argument("--kl-weight")'],
    ['a formatted text', 'w = cfg[f"{name}_weight"]'],
    ['a formatted text without a line', 'w = cfg[f"kl{ending}"]'],
    ['a text with a format', 'w = cfg["%s_weight" % name] + cfg["{}_weight".format(name)]'],
    ['a named format', 'w = cfg["%(name)s_weight" % names]'],
    ['a sum of texts', 'w = cfg[name + "_weight"]'],
    ['a sum of texts of another kind', 'w = cfg["kl" + rest]'],
    ['a replaced part', 'w = cfg[name.replace("loss_", "kl_")]'],
    ['an ending', 'names = [key for key in cfg if key.endswith("weight")]'],
    ['a part', 'names = [key for key in cfg if "weight" in key]'],
    ['a joined name', 'w = cfg["_".join((name, "weight"))]'],
    ['a text over several lines', '"""\nkl_weight: how much of it\n"""'],
    ['a text behind a # in a text', 'print("#", cfg.kl_weight)'],
  ])('%s is a use', (_, use) => {
    expect(unused(`${rest}loss:\n  kl_weight: 0.1\n`, `${reader}${use}\n`)).toEqual([]);
  });

  test.each([
    ['a comment', '# loss = loss + cfg.kl_weight * kl'],
    ['a comment behind a text', 'path = "a#b"  # kl_weight'],
    ['a longer name', 'my_kl_weights = 1'],
    ['the ending of another', 'w = cfg[f"{name}_coef"] + cfg["lambda_" + name]'],
    ['a word in a sentence', 'print("the weight of the loss is " + str(w))'],
    ['a name that code has', 'self._weight = nn.Parameter(); lambda_ = 1'],
  ])('%s is none', (_, use) => {
    expect(unused(`${rest}kl_weight: 0.1\n`, `${reader}${use}\n`)).toEqual(['kl_weight']);
  });

  test('a reference within the config is a use, and a value that names the key', () => {
    expect(unused(`${rest}kl_weight: 0.1\nhalf: "\${kl_weight}"\n`, reader)).toEqual([]);
    expect(unused(`${rest}kl_weight: 0.1\nannealed: [kl_weight]\n`, reader)).toEqual([]);
  });

  test('a key that does not name its loss is looked for with all that leads to it', () => {
    const nested = `${rest}objective:\n  commitment:\n    weight: 0.1\n`;
    const words = ['`weight`', '`commitment`', '`objective`'].join(' or ');
    expect(judge(nested, [reader])[0]?.message).toContain(`mentions ${words} (`);
    for (const name of ['commitment', 'objective', 'weight']) {
      expect(unused(nested, `${reader}cfg.${name}\n`)).toEqual([]);
    }
    const listed = `${rest}losses:\n  - name: huber_loss\n    weight: 0.1\n`;
    expect(unused(listed, `${reader}`)).toEqual(['weight']);
    expect(unused(listed, `${reader}@register("huber_loss")\n`)).toEqual([]);
  });

  test('of a map of weights its own key counts', () => {
    const map = `${rest}loss_weights:\n  recon: 1.0\n  kl: 0.1\n`;
    expect(unused(map, reader)).toEqual(['recon', 'kl']);
    expect(unused(map, `${reader}losses["kl"] = kl\n`)).toEqual(['recon']);
    expect(unused(map, `${reader}for name, w in cfg.loss_weights.items(): pass\n`)).toEqual([]);
  });

  test('nothing is said where another program may read the config', () => {
    const text = `${rest}momentum: 0.9\nkl_weight: 0.1\n`;
    expect(unused(text, reader)).toEqual(['kl_weight']);
    expect(unused(text, 'train(cfg.latent_dim, cfg.num_layers)')).toEqual([]);
    expect(unused('latent_dim: 1\nnum_layers: 2\nkl_weight: 0.1\n', reader)).toEqual([]);
    expect(unused(`${text}a: 1\nb: 1\n`, reader)).toEqual([]);
  });

  test('nothing is said of the arguments of a class that comes from elsewhere', () => {
    const text = `${rest}model:\n  _target_: taming.models.VQModel\n  codebook_weight: 1.0\n`;
    expect(unused(text, `${reader}from taming.models import VQModel\n`)).toEqual([]);
    expect(unused(text, `${reader}class VQModel: pass\n`)).toEqual(['codebook_weight']);
    const typed = text.replace('_target_: taming.models.VQModel', 'type: GIoULoss');
    expect(unused(typed, reader)).toEqual([]);
    const beside = `${rest}vq: {decay: 0.9, epsilon: 1.0, codebook_weight: 1.0}\n`;
    expect(unused(beside, reader)).toEqual([]);
  });

  test('it can be taken out', () => {
    const before = `${rest}kl_weight: 0.1  # beta\nseed: 1\n`;
    const [fix] = judge(before, [reader])[0]?.fixes ?? [];
    expect(fix?.title).toBe('Remove kl_weight');
    expect(fix && applyChanges(before, [fix])).toBe(`${rest}seed: 1\n`);
  });

  test('JSON stays JSON where the last entry is taken out', () => {
    const entries = '{\n  "latent_dim": 1,\n  "num_layers": 2,\n  "batch_size": 8';
    const [problem] = judge(`${entries},\n  "kl_weight": 0.1\n}\n`, [reader], {
      fileName: 'a.json',
    });
    const [fix] = problem?.fixes ?? [];
    const changes = fix ? [fix, ...(fix.others ?? [])] : [];
    expect(applyChanges(`${entries},\n  "kl_weight": 0.1\n}\n`, changes)).toBe(`${entries}\n}\n`);
  });

  test('it is not taken out where another place refers to it', () => {
    const text = `${rest}kl_weight: &w 0.1\nseed: *w\n`;
    const [problem] = judge(text, [reader]);
    expect(problem?.code).toBe('unused-weight');
    expect(problem?.fixes).toBeUndefined();
  });

  test('counterweight.yaml can silence it, or say how much it matters', () => {
    const text = `${rest}kl_weight: 0.1\n`;
    const document = parseConfig('a.yaml', text);
    if (!document) throw new Error('no YAML');
    const look = (option: 'off' | { severity: 'warning' }) =>
      lintAround(document, discoverTerms(document), surroundings([reader]), {
        'unused-weight': option,
      }).map(({ severity }) => severity);
    expect(look('off')).toEqual([]);
    expect(look({ severity: 'warning' })).toEqual(['warning']);
  });
});

test.each([
  ['a.yaml', (index: number) => `x${index}_weight: 1.5\n`],
  ['a.py', (index: number) => `X${index}_WEIGHT = 1.5\n`],
])('nobody is asked twice for each of a thousand weights: %s', (fileName, line) => {
  const text = Array.from({ length: 1000 }, (_, index) => line(index)).join('');
  const document = parseConfig(fileName, text);
  const { code, ...around } = surroundings([reader]);
  let asked = 0;
  const mentions = (name: string): boolean => {
    asked += 1;
    return code.mentions(name);
  };
  const terms = document ? discoverTerms(document) : [];
  expect(terms).toHaveLength(1000);
  expect(
    document && lintAround(document, terms, { ...around, code: { ...code, mentions } }, undefined),
  ).toEqual([]);
  expect(asked).toBeLessThanOrEqual(2000);
});

describe('of a weight of a program', () => {
  const options = (more: string): string => `parser.add_argument("--lr", default=1e-3)
parser.add_argument("--width", default=64)
parser.add_argument("--epochs", default=3)
${more}
args = parser.parse_args()
train(args.lr, args.width, args.epochs)
`;
  const fileName = 'train.py';

  test('an option that nothing names is told, whatever its help says', () => {
    const text = options(`parser.add_argument(
    "--kl-weight",
    default=0.1,
    help="kl_weight weighs the KL loss",
)  # kl_weight`);
    const [problem] = judge(text, ['', ''], { fileName });
    expect(problem?.message).toBe(
      'Nothing but its definition mentions `kl_weight` (2 Python files read).',
    );
    expect(problem?.fixes).toBeUndefined();
    expect(unused(text, 'from train import args\nprint(args.kl_weight)\n', { fileName })).toEqual(
      [],
    );
  });

  test.each([
    'loss = recon + args.kl_weight * kl',
    'loss = recon + getattr(args, "kl_weight") * kl',
    'print(f"{args.kl_weight}")',
    'model = Model(**vars(args))',
    'config = asdict(args)',
    'Trainer(model, args)',
    'model = Model(**args.__dict__)',
    'for name in names: weights[name] = getattr(args, name)\nnames = ["kl_weight"]',
  ])('%s may use it', (use) => {
    const text = options('parser.add_argument("--kl-weight", default=0.1)');
    expect(unused(`${text}${use}\n`, '', { fileName })).toEqual([]);
    expect(unused(text, '', { fileName })).toEqual(['"--kl-weight"']);
  });

  test('what shows the options, or is defined here, is no library', () => {
    const text = options('parser.add_argument("--kl-weight", default=0.1)');
    const shown = `${text}print(args)\ndef main(args): pass\nmain(args)\nbuild(args)\n`;
    expect(unused(shown, 'def build(options): pass\n', { fileName })).toEqual(['"--kl-weight"']);
  });

  test('a long text, or a name in it again and again, takes no long time', {
    timeout: 10_000,
  }, () => {
    const text = options('parser.add_argument("--kl-weight", default=0.1)');
    for (const long of [
      `DATA = "${'0f'.repeat(40_000)}"\n`,
      `# ${'kl_weight '.repeat(40_000)}\n${'x = 1\n'.repeat(2000)}`,
    ]) {
      expect(unused(`${text}${long}`, '', { fileName })).toEqual(['"--kl-weight"']);
    }
  });

  test('of click the parameter is no use', () => {
    const text = `@click.command()
@click.option("--lr", default=0.1)
@click.option("--width", default=64)
@click.option("--epochs", default=3)
@click.option("--kl-weight", default=0.1)
def main(lr, width, epochs, kl_weight):
    train(lr, width, epochs)
`;
    expect(unused(text, '', { fileName })).toEqual(['"--kl-weight"']);
    const used = text.replace('epochs)\n', 'epochs, kl_weight)\n');
    expect(unused(used.replace('epochs)\n', 'epochs, kl_weight)\n'), '', { fileName })).toEqual([]);
  });

  test('a field of a class of nobody else, and a variable', () => {
    const fields = (bases: string): string => `@dataclass
class Options${bases}:
    lr: float = 0.1
    width: int = 64
    epochs: int = 3
    kl_weight: float = 0.1

options = Options()
train(options.lr, options.width, options.epochs)
`;
    expect(unused(fields(''), '', { fileName })).toEqual(['kl_weight']);
    expect(unused(fields('(TrainingArguments)'), '', { fileName })).toEqual([]);
    const constants = 'LR = 0.1\nWIDTH = 64\nEPOCHS = 3\nKL_WEIGHT = 0.1\n';
    expect(unused(`${constants}train(LR, WIDTH, EPOCHS)\n`, '', { fileName })).toEqual([
      'KL_WEIGHT',
    ]);
    expect(
      unused(`${constants}train(LR, WIDTH, EPOCHS); f(KL_WEIGHT)\n`, '', { fileName }),
    ).toEqual([]);
  });

  test.each([
    ['what is taken from elsewhere', 'w = cfg.get("kl_weight", 0.1)'],
    ['an argument', 'head = dict(type="L1Loss", loss_weight=5.0)'],
    ['an attribute of something else', 'model.head.kl_weight = 0.1'],
    ['a parameter', 'def loss(kl_weight=0.1): pass'],
  ])('%s is not judged', (_, line) => {
    expect(unused(options(line), '', { fileName })).toEqual([]);
  });

  test('nothing is said where most of the options are used elsewhere', () => {
    const text = options('parser.add_argument("--kl-weight", default=0.1)');
    expect(unused(text.replace(/train\(.*\n/, 'library.train(args)\n'), '', { fileName })).toEqual(
      [],
    );
  });
});
