import { basename, extname } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import { python } from '../../syntax/languages/python.ts';
import {
  type DeclaredOption,
  declaredOptions,
  type FieldParser,
  fieldParsers,
  namesWithOtherDefaults,
  optionOfField,
  parsesOwnWords,
} from './declaredOptions.ts';
import type { OverrideForm, OverrideSubject, WeightOverride } from './override.ts';

const script = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lambda-kl", "-k", type=float, default=1.0)
parser.add_argument("--lambda_l1", type=float, default=10.0, dest="l1_weight")
parser.add_argument("--gan-weight", default=1.0)
parser.add_argument("--tv-weight", type=int, default=2)
parser.add_argument("--vgg-weight", type=float, default=1.0, choices=[0.5, 1.0])
parser.add_argument("--fm-weight", type=float, default=1.0)
parser.set_defaults(fm_weight=3.0)
`;
const subject: OverrideSubject = {
  configPath: '/p/train.py',
  document: python.parse(script),
  command: ['python', 'train.py'],
  program: { path: '/p/train.py', text: script },
};
const fields = `@dataclass
class Args:
    ent_coef: float = 0.01
    vf_coef: float = 2
    name: str = "ppo"
args = tyro.cli(Args)
`;
const ppo: OverrideSubject = {
  configPath: '/p/ppo.py',
  document: python.parse(fields),
  command: ['python', 'ppo.py'],
  program: { path: '/p/ppo.py', text: fields },
};
const transformers = fields.replace('tyro.cli(Args)', 'HfArgumentParser((Args,)).parse_args()');
const trainer: OverrideSubject = {
  ...ppo,
  document: python.parse(transformers),
  program: { path: '/p/ppo.py', text: transformers },
};
const because = 'train.py declares the options itself';

/**
 * `--key value`, where a weight is the default of an option that the program declares, or a field that
 * tyro or transformers make one of.
 */
export const argparse: OverrideForm = {
  name: 'argparse',
  description:
    'Options that the program declares itself, by argparse, tyro or transformers: `--lambda-kl 0.1`.',
  examples: [
    {
      subject,
      set: { path: ['lambda_kl'], value: 0.1 },
      because,
      arguments: ['--lambda-kl', '0.1'],
    },
    { subject, set: { path: ['l1_weight'], value: 0 }, because, arguments: ['--lambda_l1', '0'] },
    // argparse takes -1e-05 for an option of its own, unless it stands behind =.
    {
      subject,
      set: { path: ['lambda_kl'], value: -1e-7 },
      because,
      arguments: ['--lambda-kl=-1e-7'],
    },
    { subject, set: { path: ['tv_weight'], value: 4 }, because, arguments: ['--tv-weight', '4'] },
    {
      subject,
      set: { path: ['vgg_weight'], value: 0.5 },
      because,
      arguments: ['--vgg-weight', '0.5'],
    },
    {
      subject: { ...subject, configPath: '/p/options.py', program: importing('options') },
      set: { path: ['lambda_kl'], value: 2 },
      because: 'train.py imports the options of options.py',
      arguments: ['--lambda-kl', '2'],
    },
    {
      subject: ppo,
      set: { path: ['Args', 'ent_coef'], value: 0 },
      because: 'ppo.py declares the options itself',
      arguments: ['--ent-coef', '0'],
    },
    {
      subject: trainer,
      set: { path: ['Args', 'vf_coef'], value: 0.5 },
      because: 'ppo.py declares the options itself',
      arguments: ['--vf_coef', '0.5'],
    },
  ],
  refusals: [
    { subject, set: { path: ['gan_weight'], value: 0.5 }, words: 'has no type=float' },
    { subject, set: { path: ['tv_weight'], value: 0.5 }, words: 'takes whole numbers' },
    { subject, set: { path: ['vgg_weight'], value: 0 }, words: 'takes [0.5, 1.0] alone' },
    { subject, set: { path: ['fm_weight'], value: 0 }, words: 'another default by set_defaults' },
    { subject, set: { path: ['kl'], value: 0.5 }, words: 'kl is no option that add_argument' },
  ],
  certainty({ configPath, document, program }) {
    if (!program || extname(configPath) !== '.py' || !declaresAny(document.text)) return undefined;
    if (parsesOwnWords(program.text) || parsesOwnWords(document.text)) return undefined;
    const name = basename(program.path);
    if (program.path === configPath) return `${name} declares the options itself`;
    return imports(program.text, configPath)
      ? `${name} imports the options of ${basename(configPath)}`
      : undefined;
  },
  flag: () => undefined,
  setter(of) {
    const known = knownOptions(of);
    return (weight) => argumentsOf(known, weight);
  },
  spells,
};

/** Whether a program takes options at all: by argparse, or by what makes them of fields. */
function declaresAny(text: string): boolean {
  return /\badd_argument\s*\(|\btyro\.cli\b|\bHfArgumentParser\b/.test(text);
}

function importing(module: string) {
  return { path: '/p/train.py', text: `from ${module} import parse\nargs = parse()\n` };
}

/** `from options.base import parser`, where the config is `…/options/base.py`. */
function imports(text: string, configPath: string): boolean {
  const way = configPath.replaceAll('\\', '/').replace(/(?:\/__init__)?\.py$/, '');
  const statements = text.matchAll(
    /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+(\([^)]*\)|[^#\n]+)/gm,
  );
  return [...statements].some(([, from, names = '']) => {
    const parts = names.split(/[(),\s]+as\s+\w+|[(),\s]+/).filter(Boolean);
    const modules = from === undefined ? parts : [from, ...parts.map((part) => `${from}.${part}`)];
    return modules.some((module) => {
      const name = module.replace(/^\.+/, '').replaceAll('.', '/');
      return name !== '' && way.endsWith(`/${name}`);
    });
  });
}

/** What is known of the options of the config and its program, read once. */
interface KnownOptions {
  readonly text: string;
  readonly own: readonly DeclaredOption[];
  readonly ofFields: readonly FieldParser[];
  /** Of the program where the config is no program. */
  readonly others: readonly DeclaredOption[];
  /** What the program calls the options that have other defaults than their own. */
  readonly otherwise: ReadonlySet<string>;
}

function knownOptions({ document, program }: OverrideSubject): KnownOptions {
  const { text } = document;
  if (document.language !== 'python') {
    const others = program ? declaredOptions(program.text) : [];
    const otherwise = namesWithOtherDefaults(program?.text ?? '');
    return { text, own: [], ofFields: [], others, otherwise };
  }
  const whole = program && program.text !== text ? `${text}\n${program.text}` : text;
  const [own, ofFields] = [declaredOptions(text), fieldParsers(whole)];
  return { text, own, ofFields, others: [], otherwise: namesWithOtherDefaults(whole) };
}

function argumentsOf(known: KnownOptions, weight: WeightOverride): Result<readonly string[]> {
  const { path, start, value } = weight;
  const option =
    known.own.find(({ defaultAt }) => defaultAt === start) ??
    optionOfField(known.text, known.ofFields, weight) ??
    known.others.find(({ dest }) => isNamed(dest, path));
  if (!option) {
    return fail(`${path.at(-1)} is no option that add_argument declares with a default.`);
  }
  const { flag } = option;
  const problem = whyNot(option, known, value);
  if (problem !== undefined) return fail(problem);
  return succeed(value < 0 ? [`${flag}=${value}`] : [flag, String(value)]);
}

/** Why an option does not bring a weight to the program as it is, in words. */
function whyNot(
  { flag, type, dest, choices }: DeclaredOption,
  { otherwise }: KnownOptions,
  value: number,
): string | undefined {
  if (type !== 'float' && type !== 'int') {
    return `The option ${flag} has no type=float, so the program would get a text.`;
  }
  if (type === 'int' && !Number.isInteger(value)) {
    return `The option ${flag} has type=int: it takes whole numbers, and not ${value}.`;
  }
  if (choices !== undefined && !numbersIn(choices).includes(value)) {
    return `The option ${flag} takes ${choices} alone, and not ${value}.`;
  }
  return otherwise.has(dest)
    ? `The option ${flag} has another default by set_defaults, so that the baseline would not have the weight that the config says.`
    : undefined;
}

/** Of `[0.5, 1.0]`. */
function numbersIn(list: string): readonly number[] {
  return list.split(/[[\](),{}\s]+/).flatMap((word) => (word === '' ? [] : [Number(word)]));
}

/** `-k` and `-k0.5` for `--lambda-kl`, `--lambda-k` that argparse takes for it, `--ent_coef` for tyro. */
function spells({ document, program }: OverrideSubject): (word: string, key: string) => boolean {
  const texts = [document, ...(program && program.text !== document.text ? [program] : [])];
  const options = texts.flatMap(({ text }) => declaredOptions(text));
  const isOfFields = texts.some(({ text }) => /\btyro\.cli\b|\bHfArgumentParser\b/.test(text));
  const known = new Set(options.flatMap(({ flags }) => flags));
  // Only of a program in one file all options are known.
  const isAbbreviated = (name: string, flag: string): boolean =>
    texts.length === 1 && name.length > 2 && !known.has(name) && flag.startsWith(name);
  return (word, key) => {
    const flags = options.find((option) => option.flags.includes(key))?.flags ?? [key];
    const [name = ''] = word.split('=');
    if (isOfFields && name.replaceAll('_', '-') === key.replaceAll('_', '-')) return true;
    return flags.some((flag) =>
      flag.startsWith('--')
        ? name === flag || (name.startsWith('--') && isAbbreviated(name, flag))
        : name === flag || (word.startsWith(flag) && /^[-+.\d]/.test(word.slice(flag.length))),
    );
  };
}

/** `--kl-weight` and `--loss.kl_weight` for `loss: {kl_weight: …}` of another file. */
function isNamed(dest: string, path: readonly string[]): boolean {
  return [path.at(-1), path.join('.'), path.join('_')].includes(dest);
}
