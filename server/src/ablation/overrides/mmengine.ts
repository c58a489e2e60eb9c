import { basename } from 'node:path';

import { fail, type Result, succeed } from '../../base/result.ts';
import { findCalls } from '../../syntax/languages/python/calls.ts';
import { python } from '../../syntax/languages/python.ts';
import { namesConfig } from './namesConfig.ts';
import { pythonNumber } from './numbers.ts';
import type { OverrideForm, OverrideSubject, WeightOverride } from './override.ts';

const config = `_base_ = ['../_base_/default.py']
loss_cls = dict(type='FocalLoss', loss_weight=2.0)
model = dict(
    bbox_head=dict(loss_bbox=dict(type='L1Loss', loss_weight=1.0)),
    heads=[dict(loss=dict(loss_weight=1.0)), dict(loss_weight=[1.0, 0.5], loss_cls=loss_cls)])
`;
const trainPy = `parser.add_argument('config', help='train config file path')
parser.add_argument('--cfg-options', nargs='+', action=DictAction)
`;
const subject: OverrideSubject = {
  configPath: '/p/configs/detr.py',
  document: python.parse(config),
  command: ['python', 'tools/train.py', '{config}'],
  program: { path: '/p/tools/train.py', text: trainPy },
};
const because = 'train.py declares --cfg-options';
const flag = '--cfg-options';

/**
 * `--cfg-options key=value`, which `DictAction` of mmengine reads and `Config.merge_from_dict` merges:
 * items of lists by their index, where they are mappings.
 */
export const mmengine: OverrideForm = {
  name: 'mmengine',
  description: 'Options of OpenMMLab: `--cfg-options model.bbox_head.loss_bbox.loss_weight=0.5`.',
  examples: [
    {
      subject,
      set: { path: ['model', 'bbox_head', 'loss_bbox', 'loss_weight'], value: 0 },
      because,
      arguments: ['model.bbox_head.loss_bbox.loss_weight=0.0'],
    },
    {
      subject,
      set: { path: ['model', 'heads', '0', 'loss', 'loss_weight'], value: -1e-7 },
      because,
      arguments: ['model.heads.0.loss.loss_weight=-1e-7'],
    },
    {
      subject: { ...subject, command: ['python', 'tools/train.py', 'configs/other.py'] },
      set: { path: ['model', 'bbox_head', 'loss_bbox', 'loss_weight'], value: 0.5 },
      because: undefined,
      arguments: ['model.bbox_head.loss_bbox.loss_weight=0.5'],
    },
  ],
  refusals: [
    {
      subject,
      set: { path: ['loss_cls', 'loss_weight'], value: 1 },
      words: 'loss_cls is used once more',
    },
    {
      subject,
      set: { path: ['model', 'heads', '1', 'loss_weight', '1'], value: 1 },
      words: 'an item of a list',
    },
  ],
  certainty(of) {
    const { program } = of;
    const declares =
      program &&
      namesConfig(of) &&
      findCalls(program.text, ['add_argument']).some(({ positional }) =>
        positional.some(({ content }) => content === flag),
      );
    return declares ? `${basename(program.path)} declares ${flag}` : undefined;
  },
  flag: () => flag,
  setter({ document }) {
    const names = document.language === 'python' ? new UsedNames(document.text) : undefined;
    return (weight) => optionOf(names, weight);
  },
};

function optionOf(
  names: UsedNames | undefined,
  { path, text, value }: WeightOverride,
): Result<readonly string[]> {
  const name = path.join('.');
  const [top = ''] = path;
  if (/^\d+$/.test(path.at(-1) ?? '')) {
    return fail(`${name} is an item of a list, and mmengine sets keys of mappings alone.`);
  }
  if (path.some((key) => !/^[\w-]+$/.test(key))) {
    return fail(`A key of ${name} has characters that ${flag} does not take.`);
  }
  // Each place where Python has put the value before has its own by then.
  if (names?.has(top)) {
    return fail(
      `${top} is used once more in the config, where ${flag} would leave the weight as it is.`,
    );
  }
  return succeed([`${name}=${pythonNumber(value, text)}`]);
}

/** The names of a Python config that are read in it, as far as that can be told without running it. */
class UsedNames {
  readonly #code: string;
  readonly #known = new Map<string, boolean>();

  constructor(text: string) {
    this.#code = text.replace(/("""|''')[\s\S]*?\1|"[^"\n]*"|'[^'\n]*'|#.*/g, '""');
  }

  has(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const used = new RegExp(`(?<![\\w.])${name}(?![\\w]|\\s*=[^=])`).test(this.#code);
    this.#known.set(name, used);
    return used;
  }
}
