import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { CommandLauncher } from '../../server/src/ablation/launchers/command.ts';
import { textForCopy } from '../../server/src/ablation/overrides/includes.ts';
import type { AblationRequest } from '../../server/src/model/ablationRequest.ts';
import type { ProjectFile } from '../../server/src/model/projectFile.ts';
import { runIdSchema } from '../../server/src/model/run.ts';
import { readConfigFile } from '../../server/src/workspace/configFile.ts';
import { createDiskFiles } from '../../server/src/workspace/diskFiles.ts';
import { prepareExperiment } from '../../server/src/workspace/prepareExperiment.ts';
import { launchSpec } from '../../server/src/workspace/runSpec.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const training = { backend: 'auto', probeEvery: 1, checkpointEvery: 0, memoryLimit: 0 };

let folder: TemporaryWorkspace;
let launcher: CommandLauncher;
beforeEach(() => {
  folder = new TemporaryWorkspace();
  launcher = new CommandLauncher({});
});
afterEach(() => {
  launcher.dispose();
  folder[Symbol.dispose]();
});

interface Asked {
  readonly files: Readonly<Record<string, string>>;
  readonly config: string;
  readonly run: NonNullable<ProjectFile['run']>;
  readonly request: AblationRequest;
}

/** Runs every variant of a plan by its own command; gives what each has printed. */
async function runAll({ files, config, run, request }: Asked): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  const text = folder.read(config);
  const configPath = folder.path(config);
  const file = readConfigFile(folder.uri(config), configPath, text, undefined);
  const found = { path: folder.path('counterweight.yaml'), project: { run } };
  const asked = { workspaceFolder: folder.root, config: file, found, request };
  const prepared = await prepareExperiment(createDiskFiles(), asked);
  if (!prepared.ok) throw new Error(prepared.error);
  const { plan, choice, overrides } = prepared.value.planned;
  const printed: string[] = [];
  for (const { id } of plan.variants) {
    const { flag, arguments: given } = overrides?.commandLine ?? {};
    const base = {
      runId: runIdSchema.parse(id),
      runFolder: folder.path('.'),
      configPath: folder.path(`copy-${config}`),
      seed: 0,
    };
    const set = { flag, arguments: given?.get(id) ?? [] };
    const spec = launchSpec({ choice, configPath, overrides: set }, base, undefined, training);
    if (!spec.ok || spec.value.engine !== 'command') throw new Error('It has no command.');
    const nothing = () => undefined;
    const events = { submitted: nothing, progress: nothing, notice: nothing, checkpoint: nothing };
    const end = await launcher.launch(spec.value, { ...events, started: nothing }).ended;
    expect(end).toMatchObject({ state: 'finished' });
    printed.push(readFileSync(folder.path('stdout.log'), 'utf8').trim());
  }
  return printed;
}

describe('a program of argparse', () => {
  const trainPy = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--kl-weight", "-k", type=float, default=1.0)
parser.add_argument("--lambda_tv", type=float, default=1e-6, dest="tv_weight")
parser.add_argument("--gan-weight", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
print(args.kl_weight, args.tv_weight, args.gan_weight, args.seed)
`;
  const files = { 'train.py': trainPy };
  const run = { command: ['python3', '{config}', '--seed', '{seed}'] };

  test('takes every weight that it is given, negative and tiny ones too', async () => {
    const request: AblationRequest = {
      kind: 'sweep',
      weights: { kl: [0, -1e-7, 2.5], tv: [1e-6, 3e-10], gan: [4] },
    };
    expect(await runAll({ files, config: 'train.py', run, request })).toEqual([
      '1.0 1e-06 2 0',
      ...['0.0 1e-06 4 0', '0.0 3e-10 4 0'],
      ...['-1e-07 1e-06 4 0', '-1e-07 3e-10 4 0'],
      ...['2.5 1e-06 4 0', '2.5 3e-10 4 0'],
    ]);
    expect(folder.read('train.py')).toBe(trainPy);
  });

  test('gets them where the command says', async () => {
    const request: AblationRequest = { kind: 'without', term: 'kl' };
    const command = ['python3', 'train.py', '{overrides}', '--seed', '7'];
    const asked = { files, config: 'train.py', run: { command }, request };
    expect(await runAll(asked)).toEqual(['1.0 1e-06 2 7', '0.0 1e-06 2 7']);
  });
});

/**
 * The real packages are installed on none of the machines that test this, so that these programs read
 * their command line as the documentation and the code of the framework say.
 */
describe('programs that read their command line as the frameworks do', () => {
  test('mmengine: DictAction and Config.merge_from_dict', async () => {
    const trainPy = `import argparse, json

class DictAction(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        pairs = dict(pair.split("=", maxsplit=1) for pair in values)
        setattr(namespace, self.dest, {key: float(value) for key, value in pairs.items()})

parser = argparse.ArgumentParser()
parser.add_argument('config')
parser.add_argument('--cfg-options', nargs='+', action=DictAction)
args = parser.parse_args()
config = json.load(open(args.config))
for name, value in (args.cfg_options or {}).items():
    *above, last = name.split('.')
    node = config
    for key in above:
        node = node[int(key)] if isinstance(node, list) else node[key]
    assert last in node, name
    node[last] = value
print(config['heads'][1]['loss_weight'], config['loss']['kl_weight'], config['depth'])
`;
    const config =
      '{"depth": 1, "loss": {"kl_weight": 0.5}, "heads": [{}, {"type": "L1Loss", "loss_weight": 2.0}]}';
    const request: AblationRequest = { kind: 'scale', term: 'kl', value: 2 };
    const command = ['python3', 'train.py', '{config}', '--cfg-options', 'depth=50'];
    const files = { 'train.py': trainPy, 'detr.json': config };
    const asked = { files, config: 'detr.json', run: { command }, request };
    expect(await runAll(asked)).toEqual(['2.0 0.5 50.0', '2.0 1.0 50.0']);
  });

  test.each([
    ['opts', 'argparse.REMAINDER', ['--resume']],
    ['--opts', "'+'", []],
  ])('yacs: merge_from_list of %s', async (name, nargs, more) => {
    const trainPy = `import argparse
from ast import literal_eval

parser = argparse.ArgumentParser()
parser.add_argument('--config-file')
parser.add_argument('--resume', action='store_true')
parser.add_argument("${name}", default=[], nargs=${nargs})
opts = parser.parse_args().opts
config = {'MODEL': {'RPN': {'LOSS_WEIGHT': 1.0, 'IOU_WEIGHT': 0.5}}}
assert len(opts) % 2 == 0, opts
for name, text in zip(opts[0::2], opts[1::2]):
    *above, last = name.split('.')
    node = config
    for key in above:
        node = node[key]
    value = literal_eval(text)
    assert type(value) is type(node[last]), (name, value)
    node[last] = value
print(config['MODEL']['RPN'])
`;
    const config = 'MODEL:\n  RPN:\n    LOSS_WEIGHT: 1.0\n    IOU_WEIGHT: 0.5\n';
    const request: AblationRequest = { kind: 'sweep', weights: { rpn: [0, 1e-9] } };
    const command = ['python3', 'train_net.py', '--config-file', '{config}', ...more];
    const files = { 'train_net.py': trainPy, 'rpn.yaml': config };
    expect(await runAll({ files, config: 'rpn.yaml', run: { command }, request })).toEqual([
      "{'LOSS_WEIGHT': 1.0, 'IOU_WEIGHT': 0.5}",
      "{'LOSS_WEIGHT': 0.0, 'IOU_WEIGHT': 0.5}",
      "{'LOSS_WEIGHT': 1e-09, 'IOU_WEIGHT': 0.5}",
    ]);
  });

  test('Hydra: key=value of its override grammar', async () => {
    // The expressions are those of the tokens ID, DOT_PATH and FLOAT of the grammar.
    const trainPy = `import re, sys
"""
@hydra.main(version_base=None, config_path="conf", config_name="train")
"""
ID, INT = r"[A-Za-z_][A-Za-z0-9_]*", r"(?:0|[1-9](?:_?[0-9])*)"
POINT = rf"(?:{INT}\\.|{INT}?\\.[0-9](?:_?[0-9])*)"
FLOAT = rf"[+-]?(?:{POINT}|(?:{INT}|{POINT})[eE][+-]?{INT})"
config = {'loss': {'kl_weight': 0.1, 'recon_weight': 1.0}}
for argument in sys.argv[1:]:
    assert re.fullmatch(rf"{ID}(?:\\.(?:{ID}|{INT}))*={FLOAT}", argument), argument
    name, value = argument.split('=')
    node = config
    *above, last = name.split('.')
    for key in above:
        node = node[key]
    assert last in node, name
    node[last] = float(value)
print(config['loss'])
`;
    const files = {
      'train.py': trainPy,
      'conf/train.yaml': 'defaults:\n  - loss: vae\n  - _self_\n',
      'conf/loss/vae.yaml': 'kl_weight: 0.1\nrecon_weight: 1.0\n',
    };
    const request: AblationRequest = { kind: 'sweep', weights: { kl: [0, 1e-7] } };
    const run = { command: ['python3', 'train.py'], overrides: 'hydra' as const };
    expect(await runAll({ files, config: 'conf/loss/vae.yaml', run, request })).toEqual([
      "{'kl_weight': 0.1, 'recon_weight': 1.0}",
      "{'kl_weight': 0.0, 'recon_weight': 1.0}",
      "{'kl_weight': 1e-07, 'recon_weight': 1.0}",
    ]);
  });
});

test('a copy leads to its bases from the folder of the run', async () => {
  folder.write('configs/base.py', 'depth = 50\n');
  folder.write('configs/a.py', `_base_ = ['./base.py']  # shared\nkl_weight = 0.5\n`);
  folder.write(
    'runs/one/config.py',
    textForCopy(folder.path('configs/a.py'), folder.read('configs/a.py')),
  );
  folder.write(
    'train.py',
    `import os, runpy, sys
path = sys.argv[1]
own = runpy.run_path(path)
bases = [runpy.run_path(os.path.join(os.path.dirname(path), base)) for base in own['_base_']]
print(bases[0]['depth'], own['kl_weight'])
`,
  );
  const handle = launcher.launch(
    {
      engine: 'command',
      runId: runIdSchema.parse('one'),
      runFolder: folder.path('runs/one'),
      configPath: folder.path('runs/one/config.py'),
      seed: 0,
      command: ['python3', 'train.py', folder.path('runs/one/config.py')],
      cwd: folder.root,
      env: {},
    },
    {
      submitted: () => undefined,
      started: () => undefined,
      progress: () => undefined,
      notice: () => undefined,
      checkpoint: () => undefined,
    },
  );
  expect(await handle.ended).toMatchObject({ state: 'finished' });
  expect(folder.read('runs/one/stdout.log')).toBe('50 0.5\n');
});
