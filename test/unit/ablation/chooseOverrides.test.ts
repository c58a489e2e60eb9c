import { describe, expect, test } from 'vitest';

import {
  chooseOverrides,
  setTwice,
} from '../../../server/src/ablation/overrides/chooseOverrides.ts';
import type { OverrideSubject } from '../../../server/src/ablation/overrides/override.ts';
import { findNode } from '../../../server/src/syntax/configTree.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

interface Project {
  readonly command: string;
  readonly config: string;
  readonly text: string;
  readonly script?: string;
  readonly primary?: string;
}

function subjectOf({ command, config, text, script, primary }: Project): OverrideSubject {
  const document = parseConfig(config, text);
  if (!document) throw new Error(`${config} has no language`);
  const top = primary === undefined ? undefined : parseConfig('/p/conf/train.yaml', primary);
  return {
    configPath: config,
    document,
    command: command.split(' '),
    program: {
      path: script === undefined ? config : '/p/train.py',
      text: script ?? text,
      ...(top ? { primary: { path: '/p/conf/train.yaml', document: top } } : {}),
    },
  };
}

/** How one weight that is set to 0.5 reaches the program, in a few words. */
function chosenFor(project: Project, path: string, asked?: 'argparse' | 'hydra'): string {
  const subject = subjectOf(project);
  const keys = path.split('.');
  const node = findNode(subject.document.root, keys);
  if (node?.kind !== 'scalar') throw new Error(`${path} is no weight`);
  const weight = { term: 'kl', path: keys, text: node.text, start: node.range.start, value: 0.5 };
  const variant = { id: 'a', label: 'a', weights: [weight] };
  const chosen = chooseOverrides(subject, asked, [variant]);
  if (!chosen.ok) return chosen.error;
  const { commandLine, reason } = chosen.value;
  if (!commandLine) return reason;
  return setTwice(subject, commandLine) ?? (commandLine.arguments.get('a') ?? []).join(' ');
}

const script = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lambda-kl", "-k", type=float, default=1.0)
parser.add_argument("--lambda-l1", type=float, default=1.0)
parser.add_argument("--lam", type=float)
args = parser.parse_args()
`;
const own = (command: string, text = script): Project => ({ command, config: '/p/train.py', text });

describe('a weight that run.command sets itself is refused, however it is written', () => {
  test.each([
    ['python train.py --lambda-kl 3', '--lambda-kl itself,'],
    ['python train.py --lambda-kl=3', '--lambda-kl itself,'],
    ['python train.py -k 3', '--lambda-kl itself (-k)'],
    ['python train.py -k3', '--lambda-kl itself (-k3)'],
    ['python train.py --lambda-k 3', '--lambda-kl itself (--lambda-k)'],
  ])('argparse: %s', (command, words) => {
    expect(chosenFor(own(command), 'lambda_kl')).toContain(`run.command sets ${words}`);
  });

  test.each(['--lam 3', '--lambda-l1 3', '--kind x', '-kl'])('and not %s', (word) => {
    expect(chosenFor(own(`python train.py ${word}`), 'lambda_kl')).toBe('--lambda-kl 0.5');
  });

  test('tyro takes lines for dashes', () => {
    const text =
      '@dataclass\nclass Args:\n    kl_coef: float = 1.0\nargs = tyro.cli(Args, description="x")\n';
    const given = chosenFor(own('python train.py --kl_coef 3', text), 'Args.kl_coef');
    expect(given).toContain('sets --kl-coef itself (--kl_coef)');
  });

  const hydraScript = '@hydra.main(config_path="conf", config_name="train")\ndef main(cfg): ...\n';
  const hydra = (command: string, primary = 'defaults:\n  - loss: vae\n'): Project => ({
    command,
    config: '/p/conf/loss/vae.yaml',
    text: 'kl_weight: 1.0\n',
    script: hydraScript,
    primary,
  });

  test.each([
    ['python train.py loss.kl_weight=3', 'loss.kl_weight itself'],
    ['python train.py ++loss.kl_weight=3', 'loss.kl_weight itself'],
    ['python train.py ~loss.kl_weight', 'loss.kl_weight itself'],
    ['python train.py loss={kl_weight:3}', 'loss.kl_weight itself (loss={kl_weight:3})'],
  ])('Hydra: %s', (command, words) => {
    expect(chosenFor(hydra(command), 'kl_weight', 'hydra')).toContain(`run.command sets ${words}`);
  });

  test.each([
    ['defaults: [_self_, loss: gan]', 'loss=vae'],
    ['defaults: [_self_]', '+loss=vae'],
  ])(
    'Hydra: what is composed behind the primary config has the last word (%s, %s)',
    (list, word) => {
      const primary = `${list}\nloss: {kl_weight: 0.1}\n`;
      const project = hydra(`python train.py ${word}`, primary);
      expect(chosenFor(project, 'kl_weight')).toBe('loss.kl_weight=0.5');
    },
  );

  test('and no choice of a config of the group', () => {
    expect(chosenFor(hydra('python train.py loss=vae'), 'kl_weight')).toBe('loss.kl_weight=0.5');
  });

  test('where Hydra reads its configs itself, and the command line cannot set a weight, no copy does', () => {
    const primary = 'defaults:\n  - loss: vae\n  - _self_\nloss:\n  kl_weight: 0.1\n';
    const said = chosenFor(hydra('python train.py', primary), 'kl_weight');
    expect(said).toMatch(/^train\.yaml sets loss\.kl_weight too, to 0\.1.*reads no copy of it/);
  });

  test('mmengine: in one word with its option', () => {
    const given = chosenFor(
      {
        command: 'python train.py {config} --cfg-options=loss.kl_weight=3',
        config: '/p/a.json',
        text: '{"loss": {"kl_weight": 1.0}}',
        script: "parser.add_argument('--cfg-options', nargs='+', action=DictAction)\n",
      },
      'loss.kl_weight',
    );
    expect(given).toContain('run.command sets loss.kl_weight itself');
  });
});

describe('where a program does not surely take a weight from its command line, a copy is made', () => {
  test.each([
    ['parse_args()', 'parse_args([])'],
    ['parse_args()', 'parse_args(args=[])'],
    ['parse_args()', "parse_known_args('')[0]"],
  ])('a notebook that parses its own words: %s → %s', (before, after) => {
    const text = script.replace(before, after);
    expect(chosenFor(own('python {config}', text), 'lambda_kl')).toMatch(
      /^Each variant gets a copy/,
    );
  });

  test('and not where words are put in for a test alone', () => {
    const text = `${script}def test():\n    parser.parse_args([])\n`;
    expect(chosenFor(own('python {config}', text), 'lambda_kl')).toBe('--lambda-kl 0.5');
  });

  test.each([
    ['tyro.cli(Args, default=Args(kl_coef=3.0))'],
    ['tyro.cli(Union[Args, Other])'],
    ['tyro.cli(Args, args=[])'],
    ['HfArgumentParser(Args).parse_yaml_file("a.yaml")'],
  ])('fields that are other options, or none: %s', (call) => {
    const text = `@dataclass\nclass Args:\n    kl_coef: float = 1.0\nargs = ${call}\n`;
    const said = chosenFor(own('python {config}', text), 'Args.kl_coef');
    expect(said).toMatch(/^Each variant gets a copy/);
  });

  test.each([
    ['from options.base import parser', true],
    ['from options import (\n    base,\n    more,\n)', true],
    ['from . import base as options', true],
    ['import options.base as o', true],
    ['from timm.base import parser', false],
    ['from options.database import parser', false],
    ['x = "import base"', false],
  ])('options of another file count where the program imports it: %s', (line, isImported) => {
    const project = { command: 'python train.py', config: '/p/options/base.py', text: script };
    const said = chosenFor({ ...project, script: `${line}\n` }, 'lambda_kl');
    expect(said.startsWith('--lambda-kl 0.5')).toBe(isImported);
  });

  test('a config of the same name in another folder is another one', () => {
    const project = {
      config: '/p/configs/a/detr.json',
      text: '{"loss": {"kl_weight": 1.0}}',
      script: "parser.add_argument('--cfg-options', nargs='+', action=DictAction)\n",
    };
    const of = (path: string) =>
      chosenFor({ ...project, command: `python train.py ${path}` }, 'loss.kl_weight');
    expect(of('configs/b/detr.json')).toMatch(/^Each variant gets a copy/);
    expect(of('/q/configs/a/detr.json')).toMatch(/^Each variant gets a copy/);
    expect(of('--config=./a/detr.json')).toBe('loss.kl_weight=0.5');
    expect(of('/p/configs/a/detr.json')).toBe('loss.kl_weight=0.5');
  });
});
