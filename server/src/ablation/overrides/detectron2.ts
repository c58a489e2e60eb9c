import { basename } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import type { ConfigDocument } from '../../syntax/configTree.ts';
import { findCalls } from '../../syntax/languages/python/calls.ts';
import { python } from '../../syntax/languages/python.ts';
import { yaml } from '../../syntax/languages/yaml.ts';
import { namesConfig } from './namesConfig.ts';
import { isWholeNumber, pythonNumber, withoutExponent } from './numbers.ts';
import type { OverrideForm, OverrideSubject, ProgramSource, WeightOverride } from './override.ts';

const config = `_BASE_: ../Base.yaml
MODEL:
  RPN:
    LOSS_WEIGHT: 1.0
    BBOX_REG_LOSS_WEIGHT: 1
  HEADS:
    - LOSS_WEIGHT: 1.0
`;
const subject: OverrideSubject = {
  configPath: '/p/configs/rpn.yaml',
  document: yaml.parse(config),
  command: ['python', 'train_net.py', '--config-file', '{config}'],
  program: {
    path: '/p/train_net.py',
    text: 'args = default_argument_parser().parse_args()\ncfg.merge_from_list(args.opts)\n',
  },
};
const swin: ProgramSource = {
  path: '/p/main.py',
  text: "parser.add_argument('--opts', default=None, nargs='+')\nconfig.merge_from_list(args.opts)\n",
};
const defaults = `def add_config(cfg):
    _C = cfg
    _C.MODEL.FCOS.KLLOSS_WEIGHT = 0.1
    _C.MODEL.FCOS.DEPTH = dict(loss_weight=1.0)
`;
const inPython: OverrideSubject = {
  ...subject,
  configPath: '/p/config.py',
  document: python.parse(defaults),
};
const path = ['MODEL', 'RPN', 'LOSS_WEIGHT'];

/**
 * `KEY value` pairs, as `CfgNode.merge_from_list` of yacs takes them, which programs of Detectron2 have
 * at the end of their command line. yacs reads a value as a Python literal, and refuses one of
 * another type than the default: a whole number for a float, too.
 */
export const detectron2: OverrideForm = {
  name: 'detectron2',
  description: 'Keys and values of yacs: `MODEL.RPN.LOSS_WEIGHT 0.5`.',
  examples: [
    {
      subject,
      set: { path, value: 0 },
      because: 'train_net.py merges them into the config',
      arguments: ['MODEL.RPN.LOSS_WEIGHT', '0.0'],
    },
    {
      subject: { ...subject, program: swin },
      set: { path, value: 1e-7 },
      because: 'main.py merges them into the config',
      arguments: ['MODEL.RPN.LOSS_WEIGHT', '1e-7'],
    },
    {
      subject: { ...subject, program: swin },
      set: { path, value: -1.25e-7 },
      because: 'main.py merges them into the config',
      arguments: ['MODEL.RPN.LOSS_WEIGHT', '-0.000000125'],
    },
    {
      subject: { ...subject, program: undefined },
      set: { path: ['MODEL', 'RPN', 'BBOX_REG_LOSS_WEIGHT'], value: 2 },
      because: undefined,
      arguments: ['MODEL.RPN.BBOX_REG_LOSS_WEIGHT', '2'],
    },
    {
      subject: { ...subject, command: ['python', 'train_net.py', '--config-file=other.yaml'] },
      set: { path, value: 0 },
      because: undefined,
      arguments: ['MODEL.RPN.LOSS_WEIGHT', '0.0'],
    },
    {
      subject: { ...inPython, command: ['python', 'train_net.py', '--config-file=other.yaml'] },
      set: { path: ['add_config', '_C', 'MODEL', 'FCOS', 'KLLOSS_WEIGHT'], value: 0 },
      because: 'train_net.py merges them into the config',
      arguments: ['MODEL.FCOS.KLLOSS_WEIGHT', '0.0'],
    },
  ],
  refusals: [
    {
      subject: inPython,
      set: { path: ['add_config', '_C', 'MODEL', 'FCOS', 'DEPTH', 'loss_weight'], value: 0.5 },
      words: 'loss_weight is no key of a config of yacs',
    },
    {
      subject,
      set: { path: ['MODEL', 'RPN', 'BBOX_REG_LOSS_WEIGHT'], value: 0.5 },
      words: 'is written as a whole number',
    },
    {
      subject,
      set: { path: ['MODEL', 'HEADS', '0', 'LOSS_WEIGHT'], value: 0.5 },
      words: 'stands in a list',
    },
  ],
  certainty(of) {
    const { document, program } = of;
    const isMerged = document.language === 'python' || namesConfig(of);
    return program && isMerged && isOfYacs(document) && takesPairs(program)
      ? `${basename(program.path)} merges them into the config`
      : undefined;
  },
  flag: ({ program }) => (program && optsOption(program)?.startsWith('-') ? '--opts' : undefined),
  setter: (of) => (weight) => pairOf(of, weight),
};

/** Keys in capitals: of a YAML file, or of the defaults that a Python file sets. */
function isOfYacs({ language, text }: ConfigDocument): boolean {
  if (language === 'yaml') return /^(?:_BASE_|[A-Z][A-Z0-9_]*):/m.test(text);
  return language === 'python' && /^[ \t]*_?[A-Za-z]+(?:\.[A-Z][A-Z0-9_]*)+[ \t]*=/m.test(text);
}

/** `MODEL.RPN.LOSS_WEIGHT` of `_C.MODEL.RPN.LOSS_WEIGHT = 1.0` in a function. */
function fromCapitals(keys: readonly string[]): readonly string[] {
  const isKey = (key: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(key);
  const first = keys.findIndex(isKey);
  const found = first < 1 ? [] : keys.slice(first);
  return found.every(isKey) ? found : [];
}

function takesPairs(program: ProgramSource): boolean {
  if (/\bdefault_argument_parser\s*\(/.test(program.text)) return true;
  return optsOption(program) !== undefined;
}

/** `opts` or `--opts`, where the program declares that it takes as many words as there are. */
function optsOption({ text }: ProgramSource): string | undefined {
  const call = findCalls(text, ['add_argument']).find(
    ({ positional, keywords }) =>
      /^(?:--)?opts$/.test(positional[0]?.content ?? '') &&
      /REMAINDER|["'][+*]["']/.test(keywords.get('nargs')?.text ?? ''),
  );
  return call?.positional[0]?.content;
}

function pairOf(
  { document }: OverrideSubject,
  { path: keys, text, value }: WeightOverride,
): Result<readonly string[]> {
  const inConfig = document.language === 'python' ? fromCapitals(keys) : keys;
  const name = inConfig.join('.');
  if (inConfig.length === 0) return fail(`${keys.at(-1)} is no key of a config of yacs.`);
  if (inConfig.some((key) => /^\d+$/.test(key))) {
    return fail(`${name} stands in a list, and yacs sets keys of mappings alone.`);
  }
  if (inConfig.some((key) => !/^[\w-]+$/.test(key))) {
    return fail(`A key of ${name} has characters that yacs does not take on the command line.`);
  }
  if (isWholeNumber(text) && !Number.isInteger(value)) {
    return fail(
      `${name} is written as a whole number (${text}), and yacs takes none of another type for it, such as ${value}.`,
    );
  }
  const number = pythonNumber(value, text);
  return succeed([name, value < 0 && !isWholeNumber(text) ? withoutExponent(number) : number]);
}
