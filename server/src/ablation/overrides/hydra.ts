import { basename, dirname } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import { findNode } from '../../syntax/configTree.ts';
import { yaml } from '../../syntax/languages/yaml.ts';
import {
  choiceOf,
  type HydraPlace,
  hydraMain,
  isComposedLast,
  packageIn,
  packageOf,
  placeOf,
} from './hydraPackage.ts';
import { pythonNumber } from './numbers.ts';
import type { OverrideForm, OverrideSubject, WeightOverride } from './override.ts';

const config = 'kl_weight: 1.0\nterms:\n  - weight: 2\n';
const script = `import hydra
@hydra.main(version_base=None, config_path="conf", config_name="train")
def main(cfg): ...
`;
const subject: OverrideSubject = {
  configPath: '/p/conf/loss/vae.yaml',
  document: yaml.parse(config),
  command: ['python', 'train.py'],
  program: withDefaults('- loss: vae'),
};
const set = { path: ['kl_weight'], value: 0 };
const because = 'train.py is a program of Hydra that composes loss/vae';

/**
 * `key=value`, with the key as it is in the config that Hydra composes: behind the package of the file.
 */
export const hydra: OverrideForm = {
  name: 'hydra',
  description: 'Overrides of Hydra: `loss.kl_weight=0.5`.',
  examples: [
    { subject, set, because, arguments: ['loss.kl_weight=0.0'] },
    {
      subject,
      set: { path: ['terms', '0', 'weight'], value: -1e-7 },
      because,
      arguments: ['loss.terms.0.weight=-1e-7'],
    },
    {
      subject: { ...subject, program: withDefaults('- loss@model.loss: vae') },
      set,
      because,
      arguments: ['model.loss.kl_weight=0.0'],
    },
    {
      subject: { ...subject, document: yaml.parse(`# @package _global_\n${config}`) },
      set,
      because,
      arguments: ['kl_weight=0.0'],
    },
    {
      subject: {
        ...subject,
        configPath: '/p/conf/train.yaml',
        command: ['python', 'train.py', 'loss=gan'],
      },
      set,
      because: 'train.py is a program of Hydra that composes train',
      arguments: ['kl_weight=0.0'],
    },
    {
      subject: {
        ...subject,
        program: withDefaults('- _self_\n  - loss: vae', 'loss: {kl_weight: 0.5}'),
      },
      set,
      because,
      arguments: ['loss.kl_weight=0.0'],
    },
    // Another is chosen, or none: it is certain no more, and only used when it is asked for.
    {
      subject: { ...subject, command: ['python', 'train.py', 'loss=gan'] },
      set,
      because: undefined,
      arguments: ['loss.kl_weight=0.0'],
    },
    {
      subject: { ...subject, program: withDefaults('- model: big') },
      set,
      because: undefined,
      arguments: ['loss.kl_weight=0.0'],
    },
    {
      subject: { ...subject, program: undefined },
      set,
      because: undefined,
      arguments: ['loss.kl_weight=0.0'],
    },
  ],
  refusals: [
    {
      subject: { ...subject, program: withDefaults('- loss: vae', 'loss: {kl_weight: 0.5}') },
      set,
      words: 'train.yaml sets loss.kl_weight too, to 0.5',
    },
    {
      subject: { ...subject, configPath: '/p/vae.yaml', program: undefined },
      set,
      words: 'cannot be told',
    },
    {
      subject: { ...subject, document: yaml.parse('"kl weight": 1.0\n') },
      set: { path: ['kl weight'], value: 0 },
      words: 'characters that Hydra does not take',
    },
  ],
  certainty(of) {
    const { program } = of;
    const place = placeInProgram(of);
    if (!program || !place || !choiceOf(of, place)) return undefined;
    return `${basename(program.path)} is a program of Hydra that composes ${nameOf(place)}`;
  },
  obstacle(of) {
    const { program, command } = of;
    const place = placeInProgram(of);
    const isGiven = command.some((word) => word.includes('{config}'));
    if (!program || !place || isGiven) return undefined;
    const { group, option } = place;
    if (choiceOf(of, place)) {
      return `${basename(program.path)} is a program of Hydra that composes ${nameOf(place)} itself, so that it reads no copy of it either.`;
    }
    const add = group === '' ? `--config-name ${option}` : `${group}=${option}`;
    return `${basename(program.path)} is a program of Hydra, and neither run.command nor its primary config says that it composes ${nameOf(place)}, so that no other weight in it would surely count. Put ${add} into run.command; where another config chooses it, set run.overrides: hydra in counterweight.yaml.`;
  },
  flag: () => undefined,
  setter(of) {
    const place = placeInProgram(of);
    const above = packageOfConfig(of);
    return (weight) => {
      if (!above.ok) return above;
      const keys = [...above.value, ...weight.path];
      const problem = place && setAbove(of, place, keys, weight.text);
      return problem === undefined ? overrideOf(above.value, weight) : fail(problem);
    };
  },
};

/** Where a config stands among those of the program; undefined where it is none of them. */
function placeInProgram({ program, command, configPath }: OverrideSubject): HydraPlace | undefined {
  const root = program && hydraMain(program, command)?.root;
  return root === undefined ? undefined : placeOf(configPath, root);
}

/** Where the primary config has another number for a weight, and is composed behind the config. */
function setAbove(
  of: OverrideSubject,
  place: HydraPlace,
  keys: readonly string[],
  text: string,
): string | undefined {
  const primary = of.program?.primary;
  if (!primary || primary.path === of.configPath) return undefined;
  const node = findNode(primary.document.root, keys);
  if (node?.kind !== 'scalar' || node.text === text) return undefined;
  if (isComposedLast(of, place)) return undefined;
  const name = basename(of.configPath);
  return `${basename(primary.path)} sets ${keys.join('.')} too, to ${node.text}, and unless its _self_ stands before ${nameOf(place)} that counts, and not the ${text} of ${name}. Take it out of one of them.`;
}

function nameOf({ group, option }: HydraPlace): string {
  return group === '' ? option : `${group}/${option}`;
}

function withDefaults(entry: string, more = '') {
  const document = yaml.parse(`defaults:\n  ${entry}\n  - _self_\nkl_weight: 1.0\n${more}`);
  return { path: '/p/train.py', text: script, primary: { path: '/p/conf/train.yaml', document } };
}

function overrideOf(
  above: readonly string[],
  { path, text, value }: WeightOverride,
): Result<readonly string[]> {
  const keys = [...above, ...path];
  if (keys.some((key) => !/^(?:[A-Za-z_][\w-]*|\d+)$/.test(key))) {
    return fail(`A key of ${path.join('.')} has characters that Hydra does not take.`);
  }
  return succeed([`${keys.join('.')}=${pythonNumber(value, text)}`]);
}

function packageOfConfig(of: OverrideSubject): Result<readonly string[]> {
  const { program, command, configPath, document } = of;
  const root = (program && hydraMain(program, command)?.root) ?? usualRoot(configPath);
  const place = root === undefined ? undefined : placeOf(configPath, root);
  if (place) return succeed(packageOf(document, place, choiceOf(of, place)));
  const own = packageIn(document.text);
  if (own !== undefined && !/_(?:group|name)_/.test(own)) {
    return succeed(packageOf(document, { group: '', option: '' }, undefined));
  }
  return fail(
    `Where ${basename(configPath)} stands in the config that Hydra composes cannot be told. Put "# @package" with its place at the top of it, or set run.overrides: copy in counterweight.yaml.`,
  );
}

/** The folder of configs by its usual names. */
function usualRoot(configPath: string): string | undefined {
  for (let folder = dirname(configPath); folder !== dirname(folder); folder = dirname(folder)) {
    if (/^(?:conf|config|configs|hydra_configs?)$/.test(basename(folder))) return folder;
  }
  return undefined;
}
