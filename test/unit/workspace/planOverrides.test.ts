import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { chooseEngine } from '../../../server/src/workspace/engineChoice.ts';
import { overridesOfRun, planOverrides } from '../../../server/src/workspace/planOverrides.ts';
import { previewExperiment } from '../../../server/src/workspace/previewExperiment.ts';
import { readProgram } from '../../../server/src/workspace/programSource.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const files = createDiskFiles();
const trainPy = `import argparse
TV_WEIGHT = 0.5
parser = argparse.ArgumentParser()
parser.add_argument("--kl-weight", type=float, default=0.1)
parser.add_argument("--render-weight", type=float, default=1.0)
args = parser.parse_args()
`;
const hydraPy = `import hydra
@hydra.main(version_base=None, config_path="conf", config_name="train")
def main(cfg): ...
`;

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({
    'train.py': trainPy,
    'plain.py': 'print(1)\n',
    'train.yaml': 'kl_weight: 0.1 # beta\nrecon_weight: 1.0\n',
    'app/__main__.py': hydraPy,
    'app/conf/train.yaml': 'defaults:\n  - loss: vae\n  - _self_\n',
    'app/conf/loss/vae.yaml': 'kl_weight: 0.1\nrecon_weight: 1.0\n',
    'configs/detr.py': `_base_ = ['./base.py']\nmodel = dict(loss_bbox=dict(loss_weight=5.0), loss_cls=dict(loss_weight=1.0))\n`,
    'tools/train.py': `parser.add_argument('--cfg-options', nargs='+', action=DictAction)\n`,
    'configs/rpn.yaml':
      '_BASE_: Base.yaml\nMODEL:\n  RPN:\n    LOSS_WEIGHT: 1.0\n    IOU_LOSS_WEIGHT: 0.5\n',
    'train_net.py': 'args = default_argument_parser().parse_args()\n',
  });
});
afterEach(() => folder[Symbol.dispose]());

function viewOf(config: string, run: NonNullable<ProjectFile['run']>) {
  const path = folder.path(config);
  const file = readConfigFile(folder.uri(config), path, folder.read(config), undefined);
  return { file, found: { path: folder.path('counterweight.yaml'), project: { run } }, runs: [] };
}

async function preview(config: string, term: string, run: NonNullable<ProjectFile['run']>) {
  const view = viewOf(config, run);
  const request = { kind: 'without' as const, term };
  return previewExperiment({ files, view, request, backend: 'auto' });
}

async function planOf(...asked: Parameters<typeof preview>) {
  const plan = await preview(...asked);
  if (!plan.ok) throw new Error(plan.error);
  return plan.value;
}

describe('on the command line, where that is certain', () => {
  test.each([
    [
      'train.py',
      'kl',
      ['python', '{config}', '--seed', '{seed}'],
      '(argparse), because train.py declares the options itself; train.py stays as it is.',
      '--kl-weight 0',
    ],
    [
      'app/conf/loss/vae.yaml',
      'kl',
      ['python', '-m', 'app'],
      '(hydra), because __main__.py is a program of Hydra that composes loss/vae;',
      'loss.kl_weight=0.0',
    ],
    [
      'configs/detr.py',
      'bbox',
      ['torchrun', '--nproc_per_node', '2', 'tools/train.py', '{config}'],
      '(mmengine), because train.py declares --cfg-options;',
      '--cfg-options model.loss_bbox.loss_weight=0.0',
    ],
    [
      'configs/rpn.yaml',
      'rpn',
      ['python', 'train_net.py', '--config-file', '{config}'],
      '(detectron2), because train_net.py merges them into the config;',
      'MODEL.RPN.LOSS_WEIGHT 0.0',
    ],
  ])('%s: %s', async (config, term, command, because, words) => {
    const plan = await planOf(config, term, { command });
    expect(plan.lines.filter((line) => line.includes(because))).toHaveLength(1);
    const lines = plan.variants[0]?.diff.trimEnd().split('\n') ?? [];
    expect(lines.slice(2)).toEqual([
      '@@ -1,2 +1,2 @@',
      ` ${command.join(' ')}`,
      expect.stringMatching(new RegExp(`^- {2}${term}: [\\d.]+, as .+ says$`)),
      `+  ${words}`,
    ]);
  });
});

test.each([
  ['train.py', ['python', '{config}', '--kl-weight', '2'], '--kl-weight'],
  ['train.py', ['python', '{config}', '--kl-weight=2'], '--kl-weight'],
  ['app/conf/loss/vae.yaml', ['python', '-m', 'app', 'loss.kl_weight=2'], 'loss.kl_weight'],
])('a weight that the command sets itself is refused: %s %j', async (config, command, key) => {
  const plan = await preview(config, 'kl', { command });
  expect(plan.ok ? '' : plan.error).toContain(`run.command sets ${key} itself`);
});

test('a thousand variants read the program once', async () => {
  const options = Array.from(
    { length: 400 },
    (_, at) => `parser.add_argument("--o${at}", default=${at})`,
  );
  folder.write('train.py', `${trainPy}${options.join('\n')}\n`);
  const view = viewOf('train.py', { command: ['python', '{config}'] });
  const values = Array.from({ length: 1000 }, (_, at) => 1 + (at + 1) / 1000);
  const program = await readProgram(files, view.file, view.found);
  const choice = chooseEngine(view.file, view.found);
  if (!choice.ok) throw new Error(choice.error);
  const of = { config: view.file, found: view.found, choice: choice.value, program };
  const variants = values.map((to) => ({
    id: `kl-${to}`,
    label: `kl = ${to}`,
    changes: [{ term: 'kl', from: 0.1, to }],
  }));
  const start = performance.now();
  const chosen = planOverrides(of, { variants });
  expect(performance.now() - start).toBeLessThan(5000);
  expect(chosen?.ok && chosen.value.commandLine?.arguments.size).toBe(1000);
});

describe('by copies', () => {
  test('where nothing is certain', async () => {
    const command = ['python', 'plain.py', '{config}'];
    const { lines, variants } = await planOf('train.yaml', 'kl', { command });
    expect(lines).toContain('Each variant gets a copy of train.yaml with its weights.');
    expect(variants[0]?.diff).toContain('+kl_weight: 0.0 # beta');
  });

  test('where a weight is no option, in words', async () => {
    const command = ['python', '{config}'];
    const { lines, variants } = await planOf('train.py', 'tv', { command });
    expect(lines).toContain(
      'Each variant gets a copy of train.py with its weights; the command line (argparse) cannot set them: TV_WEIGHT is no option that add_argument declares with a default.',
    );
    expect(variants[0]?.diff).toContain('+TV_WEIGHT = 0.0');
  });

  test('where that is asked for', async () => {
    const { lines } = await planOf('train.py', 'kl', {
      command: ['python', '{config}'],
      overrides: 'copy',
    });
    expect(lines).toContain(
      'Each variant gets a copy of train.py with its weights, as counterweight.yaml says.',
    );
  });

  test('that the program is not told of, in words', async () => {
    const { lines } = await planOf('train.yaml', 'kl', { command: ['python', 'plain.py'] });
    expect(lines.at(-1)).toContain('run.command has no {config}');
  });
});

test.each([
  [['python', '-m', 'app', 'loss=gan'], 'Put loss=vae into run.command'],
  [['python', '-m', 'app', '--config-name', 'other'], 'Put loss=vae into run.command'],
])('of a program of Hydra that composes another config: %j', async (command, words) => {
  const plan = await preview('app/conf/loss/vae.yaml', 'kl', { command });
  expect(plan.ok ? '' : plan.error).toContain(words);
  const run = { command, overrides: 'hydra' as const };
  const { variants } = await planOf('app/conf/loss/vae.yaml', 'kl', run);
  expect(variants[0]?.diff).toContain('+  loss.kl_weight=0.0');
});

describe('a form that is asked for', () => {
  test('needs no certainty', async () => {
    const run = { command: ['./start.sh', '{config}'], overrides: 'mmengine' as const };
    const { lines, variants } = await planOf('train.yaml', 'kl', run);
    expect(lines.some((line) => line.includes('because counterweight.yaml says so'))).toBe(true);
    expect(variants[0]?.diff).toContain('+  --cfg-options kl_weight=0.0');
  });

  test('is refused where it cannot say the weight', async () => {
    const plan = await preview('train.py', 'tv', {
      command: ['python', '{config}'],
      overrides: 'argparse',
    });
    expect(plan.ok ? '' : plan.error).toBe(
      'run.overrides is argparse in counterweight.yaml. TV_WEIGHT is no option that add_argument declares with a default.',
    );
  });
});

describe('a run of the config as it is', () => {
  test.each([
    [{ command: ['python', '{config}'], overrides: 'argparse' as const }, 'train.py', true],
    // One weight of it is no option, so that a copy is what an ablation of it may need.
    [{ command: ['python', '{config}'] }, 'train.py', false],
    [{ command: ['python', '-m', 'app'] }, 'app/conf/loss/vae.yaml', true],
    // No variant would reach it, but a run of it is as good as by hand.
    [{ command: ['python', '-m', 'app', 'loss=gan'] }, 'app/conf/loss/vae.yaml', true],
    [{ command: ['python', 'plain.py', '{config}'] }, 'train.yaml', false],
  ])('%j %s: reads the own file is %s', async (run, config, isOwn) => {
    const { file, found } = viewOf(config, run);
    const choice = chooseEngine(file, found);
    if (!choice.ok) throw new Error(choice.error);
    const program = await readProgram(files, file, found);
    const of = { config: file, found, choice: choice.value, program };
    const given = { arguments: [], plannedText: file.text };
    expect(overridesOfRun(of, file.text)).toEqual(isOwn ? given : undefined);
  });
});
