import { describe, expect, test } from 'vitest';

import {
  copiesIn,
  holdsAllOptions,
  readConfigCopy,
  weightsInCopy,
} from '../../../server/src/discovery/configCopy.ts';
import { toReadableText } from '../../../server/src/discovery/copyText.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { configsNamedIn, isConfigCalled } from '../../../server/src/discovery/namedConfigs.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

/** The weights of a config's terms as a copy of it gives them. */
function weights(
  [configName, config]: readonly [string, string],
  [copyName, copy]: readonly [string, string],
): Readonly<Record<string, number>> {
  const document = parseConfig(configName, config);
  const copied = parseConfig(copyName, copy);
  if (!document || !copied) throw new Error('There is no such language.');
  const read = readConfigCopy(copyName, copied);
  return Object.fromEntries(weightsInCopy(discoverTerms(document), read));
}

describe('the weights in a copy of a config', () => {
  test("a file of Hydra's loss group in .hydra/config.yaml, references followed", () => {
    const group = ['loss.yaml', 'kl_weight: 0.5\nrecon_weight: 1.0\n'] as const;
    const copy = `strength: 0.25\nloss:\n  kl_weight: $\{strength}\n  recon_weight: 2.0\n`;
    expect(weights(group, ['.hydra/config.yaml', copy])).toEqual({ kl: 0.25, recon: 2 });
  });

  test("wandb's keys with a description and a value, whole or cut into parts", () => {
    const config = ['train.yaml', 'loss:\n  kl_weight: 0.5\n  tv_weight: 0.5\n'] as const;
    const head = 'wandb_version: 1\n_wandb:\n  desc: null\n  value: {cli_version: 0.16}\n';
    const nested = `${head}loss:\n  desc: null\n  value:\n    kl_weight: 0.1\n    tv_weight: 1e-2\n`;
    expect(weights(config, ['config.yaml', nested])).toEqual({ kl: 0.1, tv: 0.01 });
    const flat = `${head}loss.kl_weight:\n  desc: null\n  value: 0.1\nloss/tv_weight:\n  value: 3\n`;
    expect(weights(config, ['config.yaml', flat])).toEqual({ kl: 0.1, tv: 3 });
  });

  test("Lightning's hparams.yaml, which has the arguments of the module alone", () => {
    const config = ['fit.yaml', 'model:\n  init_args:\n    kl_weight: 1.0\n    lr: 0.1\n'] as const;
    expect(weights(config, ['hparams.yaml', 'kl_weight: 0.2\nlr: 0.1\n'])).toEqual({ kl: 0.2 });
  });

  test("mmengine's dump of a program, told apart by the keys above", () => {
    const program = (bbox: number, cls: number): string =>
      `model = dict(bbox_head=dict(loss_bbox=dict(type='L1Loss', loss_weight=${bbox}),\n` +
      `    loss_cls=dict(type='FocalLoss', loss_weight=${cls})))\n`;
    const copied = weights(['a.py', program(5, 1)], ['vis_data/config.py', program(2.5, 2)]);
    expect(copied).toEqual({ bbox: 2.5, cls: 2 });
  });

  test("an option of a program in the file that holds the program's arguments", () => {
    const program = "parser.add_argument('--kl-weight', type=float, default=0.1)\n";
    expect(weights(['t.py', program], ['args.json', '{"kl_weight": 0.4}'])).toEqual({ kl: 0.4 });
  });

  test("Hydra's overrides and the command line that wandb notes", () => {
    const config = ['train.yaml', 'loss:\n  kl_weight: 0.5\n  tv_weight: 0.5\n'] as const;
    const overrides = '- loss.kl_weight=0.1\n- +loss.tv_weight=1e-3\n- model=big\n';
    expect(weights(config, ['overrides.yaml', overrides])).toEqual({ kl: 0.1, tv: 0.001 });
    const noted =
      '{"args": ["--kl_weight", "0.2", "--fast", "--tv-weight", "-3"], "program": "t.py"}';
    const options = ['t.yaml', 'kl_weight: 1.0\ntv_weight: 1.0\n'] as const;
    expect(weights(options, ['wandb-metadata.json', noted])).toEqual({ kl: 0.2, tv: -3 });
  });

  test.each([
    [
      'pix2pix',
      '----------- Options -----------\n      batch_size: 1      \n       lambda_A: 5.0     \t[default: 10.0]\n       lambda_B: 7.5     \n----------- End -----------\n',
    ],
    ['JSON', '{\n "lambda_A": 5, "lambda_B": 7.5\n}\n'],
    ['a Namespace', "Namespace(batch_size=1, lambda_A=5.0, lambda_B=7.5, name='x')\n"],
    ['lines', 'lambda_A = 5.0\nlambda_B = 7.5\nname = x=1\n'],
  ])('what a program printed into a plain text: %s', (_, printed) => {
    const { name, text } = toReadableText('train_opt.txt', printed);
    const program =
      "parser.add_argument('--lambda_A', type=float, default=10.0)\nparser.add_argument('--lambda_B', type=float, default=10.0)\n";
    expect(Object.values(weights(['train.py', program], [name, text]))).toEqual([5, 7.5]);
  });

  test('says nothing where two places could be meant, or where the key says too little', () => {
    const config = ['t.yaml', 'kl_weight: 1.0\n'] as const;
    const both = 'encoder:\n  kl_weight: 1\ndecoder:\n  kl_weight: 2\n';
    expect(weights(config, ['hparams.yaml', both])).toEqual({});
    const list = ['t.yaml', 'losses:\n  - {name: kl, weight: 2}\n'] as const;
    expect(weights(list, ['hparams.yaml', 'weight: 3\n'])).toEqual({});
    expect(weights(list, ['hparams.yaml', 'losses:\n  - {name: kl, weight: 3}\n'])).toEqual({
      kl: 3,
    });
  });
});

test('copies are looked for under the names that tools give them', () => {
  const names = [
    'b.yaml',
    'hparams.yaml',
    'events.out.tfevents.1',
    '.hydra',
    'config.txt',
    'args.json',
  ];
  expect(copiesIn(names, 'b.yaml')).toEqual([
    ...['b.yaml', '.hydra/config.yaml', '.hydra/overrides.yaml', 'args.json', 'hparams.yaml'],
    ...['config.txt', '.hydra/hydra.yaml'],
  ]);
  expect(copiesIn(['files', 'run-1.wandb'], 'b.yaml')).toEqual([
    ...['files/config.yaml', 'files/wandb-metadata.json'],
  ]);
  expect(copiesIn(['metrics', 'params', 'tags'], 'b.yaml')).toEqual(['params/']);
  expect(copiesIn(['params', 'model.pt'], 'b.yaml')).toEqual([]);
});

test('what a tool leaves out of a copy of all options is not there', () => {
  expect(holdsAllOptions({ path: '/w/outputs/.hydra/config.yaml' })).toBe(true);
  expect(holdsAllOptions({ path: '/w/outputs/config.json' })).toBe(false);
});

describe('the configs that a run says it was started with', () => {
  test.each([
    ['args.json', '{"config": "configs/a.yaml", "data": "data.yaml"}', ['configs/a.yaml']],
    ['args.json', '{"base": ["a.yaml", "b.yaml"]}', ['a.yaml', 'b.yaml']],
    ['config.yaml', 'wandb_version: 1\ncfg_file:\n  value: a.yaml\n', ['a.yaml']],
    ['wandb-metadata.json', '{"args": ["--config", "a.yaml", "--lr", "b.yaml"]}', ['a.yaml']],
    ['wandb-metadata.json', '{"args": ["configs/a.py", "-cn", "vae"]}', ['configs/a.py', 'vae']],
    [
      'hydra.yaml',
      'hydra:\n  job:\n    config_name: train\n  runtime:\n    choices:\n      loss: vae\n      hydra/launcher: basic\n',
      ['train', 'loss/vae'],
    ],
    ['config.json', '{"config_name": "bert-base", "model": {"config": "a.json"}}', []],
    ['hparams.yaml', '[1, {a: b}', []],
  ])('%s %s', (name, text, named) => {
    const document = parseConfig(name, text);
    expect(document && configsNamedIn(document)).toEqual(named);
  });

  test.each([
    ['/w/configs/a.yaml', 'configs/a.yaml', true],
    ['/w/configs/a.yaml', './a.yaml', true],
    ['/w/configs/a.yaml', 'a', true],
    ['/w/configs/a.yaml', '/elsewhere/project/configs/a.yaml', true],
    ['/w/configs/a.yaml', 'others/a.yaml', false],
    ['/w/configs/a.yaml', 'b.yaml', false],
    ['/w/configs/a.yaml', '', false],
    ['/w/loss/vae.yaml', 'loss/vae', true],
    ['/w/model/vae.yaml', 'loss/vae', false],
  ])('%s is called %s: %s', (path, name, is) => {
    expect(isConfigCalled(path, name)).toBe(is);
  });
});
