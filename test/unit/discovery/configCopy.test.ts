import { describe, expect, test } from 'vitest';

import {
  copiesIn,
  holdsAllOptions,
  readConfigCopy,
  weightsInCopy,
} from '../../../server/src/discovery/configCopy.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
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
    ...['b.yaml', '.hydra/config.yaml', 'args.json', 'hparams.yaml'],
  ]);
  expect(copiesIn(['files', 'run-1.wandb'], 'b.yaml')).toEqual(['files/config.yaml']);
});

test('what a tool leaves out of a copy of all options is not there', () => {
  const copy = (path: string) => ({ path, numbers: new Map(), weights: 1 });
  expect(holdsAllOptions(copy('/w/outputs/.hydra/config.yaml'))).toBe(true);
  expect(holdsAllOptions(copy('/w/outputs/config.json'))).toBe(false);
});
