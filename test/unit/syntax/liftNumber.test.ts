import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { liftNumbers } from '../../support/liftNumbers.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'lift');

describe('a number goes to the nearest options', () => {
  test.each([
    [
      'argparseMain',
      [
        'Lift 0.1 into the option --render-weight',
        'Lift 0.05 into the option --tv-weight',
        'Lift 7. into the option --edge-weight',
      ],
      [
        '    parser.add_argument("--render-weight", type=float, default=0.1, help="weight of the render loss")\n',
        'recon_loss + args.kl_weight * kl_loss + args.render_weight * render_loss\n',
        '- args.edge_weight * edge_loss\n',
      ],
    ],
    [
      'argparseGlobal',
      ['Lift 10 into the option --recon_weight', 'Lift 1e-3 into the option --style_weight'],
      [
        "  # how many at once\nparser.add_argument('--recon_weight', type=float, default=10, help=",
        'loss = opt.recon_weight * recon_loss + opt.style_weight * style_loss\n',
      ],
    ],
    [
      'argparseWhole',
      ['Lift 0.2 into the constant STYLE_WEIGHT'],
      ['\nSTYLE_WEIGHT = 0.2\n\n\ndef'],
    ],
    [
      'dataclassConfig',
      ['Lift 5 into the field cycle_weight of Config'],
      ['    """how often"""\n    cycle_weight: int = 5\n', '+ cfg.cycle_weight * cycle_loss(x)'],
    ],
    [
      'dictConfig',
      ["Lift 2.5e-2 into config['focal_weight']"],
      [
        "    'epochs': 3,  # few\n    'focal_weight': 2.5e-2,\n}",
        "+ config['focal_weight'] * focal",
      ],
    ],
    [
      'constant',
      [
        'Lift 0.5 into the constant PERCEPTUAL_WEIGHT',
        'Lift -0.01 into the constant ENTROPY_LOSS_WEIGHT',
      ],
      ['ENTROPY_LOSS_WEIGHT = -0.01\n\n\nclass Net:', 'loss += ENTROPY_LOSS_WEIGHT * self.'],
    ],
    [
      'shadowed',
      ['Lift 0.3 into the constant TASK_WEIGHT', 'Lift 100.0 into the constant GAN_WEIGHT'],
      ['hint_loss + TASK_WEIGHT * task_loss', 'l1_loss + GAN_WEIGHT * gan_loss'],
    ],
  ])('%s', (name, titles, parts) => {
    const program = readFileSync(join(folder, `${name}.py`), 'utf8');
    const lifted = liftNumbers(program);
    expect(lifted.titles).toEqual(titles);
    for (const part of parts) expect(lifted.text).toContain(part);
  });
});

const sum = 'loss = a_loss + 0.1 * b_loss\n';
const options =
  'from argparse import ArgumentParser\np = ArgumentParser()\np.add_argument("--lr")\nargs = p.parse_args()\n';

describe('a program that might notice', () => {
  test.each([
    ['an error', `x = = 1\n${sum}`],
    ['a compiler that knows no variables', `@torch.jit.script\ndef f(a_loss, b_loss):\n  ${sum}`],
    ['a look at all variables', `keys = list(globals())\n${sum}`],
    ['an import that may bring the name', `${sum}from x import *\n`],
    ['names that are all taken', `# b_weight B_LOSS_WEIGHT b_weight_2 b_weight_3\n${sum}`],
  ])('is left as it is: %s', (_why, program) => {
    expect(liftNumbers(program)).toEqual({ text: program, titles: [] });
  });

  test.each([
    ['options of a parser without a name', `args = f(*a, z[b-a]).parse_args()\n${sum}`],
    ['options that are stored', `${options}self.args = args\n${sum}`],
    ['options that are printed', `${options}print(f"{args}")\n${sum}`],
    ['options as a dictionary', `${options}f(**vars(args))\n${sum}`],
    ['options that are set twice', `${options}args = other\n${sum}`],
    ['options that come too late', `def f():\n  ${sum}${options}f()\n`],
    [
      'options under a condition',
      `from argparse import ArgumentParser\nif x:\n  p = ArgumentParser()\n  p.add_argument("--lr")\n  args = p.parse_args()\n${sum}`,
    ],
    ['a local of the same name', `${options}def f():\n  args = g()\n  ${sum}`],
    ['a loop variable of the same name', `${options}for args in x:\n  ${sum}`],
    ['a parser that others fill', `${options.replace('args =', 'fill(p)\nargs =')}${sum}`],
    ['an abbreviation of another option', `${options.replace('--lr', '--b_wexy')}${sum}`],
    ['a function that others call too', `def f(args):\n  ${sum}${options}f(args)\nf(None)\n`],
    ['a function that is handed on', `def f(args):\n  ${sum}${options}f(args)\nrun(f)\n`],
    ['a dictionary that is gone through', `c = {"a": 1}\nfor k in c: print(k)\n${sum}`],
    [
      'a dataclass with another object',
      `from dataclasses import dataclass\n@dataclass\nclass C:\n  x: int = 1\nc = C()\nd = C()\n${sum}`,
    ],
    [
      'a dataclass of another kind',
      `from pydantic.dataclasses import dataclass\n@dataclass\nclass C:\n  x: int = 1\nc = C()\n${sum}`,
    ],
  ])('gets a constant: %s', (_why, program) => {
    const { text, titles } = liftNumbers(program);
    expect(titles).toEqual(['Lift 0.1 into the constant B_WEIGHT']);
    expect(text).toContain('B_WEIGHT = 0.1\n');
    expect(text).toContain('loss = a_loss + B_WEIGHT * b_loss\n');
  });
});

test.each([
  '#!/usr/bin/env python3\n',
  '#!/usr/bin/env python3\n# -*- coding: latin-1 -*-\n',
  '# vim: set fileencoding=utf-8 :\n',
])('what is read at the top of a file stays there: %j', (head) => {
  const { text } = liftNumbers(`${head}${sum}`);
  expect(text).toBe(`${head}B_WEIGHT = 0.1\nloss = a_loss + B_WEIGHT * b_loss\n`);
});
