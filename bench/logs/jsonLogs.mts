import type { Random } from '../../server/src/base/random.ts';
import { double, duration, float, rounded } from './logNumbers.mts';
import type { TextLog } from './textLogs.mts';

type Fields = readonly (readonly [key: string, value: string])[];

/** One object a line, in the spacing of Python's json module. */
function line(fields: Fields): string {
  return `{${fields.map(([key, value]) => `"${key}": ${value}`).join(', ')}}\n`;
}

function doubles(keys: readonly string[], random: Random): Fields {
  return keys.map((key) => [key, double(random)] as const);
}

const detectronKeys = [
  'data_time',
  'eta_seconds',
  'fast_rcnn/cls_accuracy',
  'fast_rcnn/false_negative',
  'loss_box_reg',
  'loss_cls',
  'loss_rpn_cls',
  'loss_rpn_loc',
  'roi_head/num_bg_samples',
  'time',
  'total_loss',
];

const detrLosses = ['class_error', 'loss', 'loss_ce', 'loss_bbox', 'loss_giou'];
const detrKeys = ['train', 'test'].flatMap((split) => [
  ...detrLosses.map((loss) => `${split}_${loss}`),
  ...detrLosses.slice(2).flatMap((loss) => [0, 1, 2, 3, 4].map((at) => `${split}_${loss}_${at}`)),
]);

const styleganKeys = [
  'Loss/scores/fake',
  'Loss/signs/fake',
  'Loss/G/loss',
  'Loss/pl_penalty',
  'Loss/scores/real',
  'Loss/D/loss',
  'Loss/r1_penalty',
  'Timing/sec_per_kimg',
  'Resources/cpu_mem_gb',
];

function statistics(count: number, mean: string, deviation: string): string {
  return `{"num": ${count}, "mean": ${mean}, "std": ${deviation}}`;
}

function styleganLine(index: number, random: Random): string {
  const measured = styleganKeys.map((key) => {
    return [key, statistics(6400, float(random), float(random))] as const;
  });
  return line([
    ...measured,
    ['Progress/tick', statistics(1, `${index}.0`, '0.0')],
    ['Progress/kimg', statistics(1, `${index * 4}.0`, '0.0')],
    ['timestamp', String(1_714_470_115 + index * 20 + random.uniform())],
  ]);
}

function edmLine(index: number, random: Random): string {
  return line([
    ['Loss/loss', statistics(24_576, float(random), float(random))],
    ['Progress/tick', statistics(1, `${index}.0`, '0.0')],
    ['Progress/kimg', statistics(1, `${index * 50}.0`, '0.0')],
    ['Timing/sec_per_tick', statistics(1, float(random, 100), '0.0')],
    ['Resources/cpu_mem_gb', statistics(1, float(random, 10), '0.0')],
    ['timestamp', String(1_714_470_115 + index * 20 + random.uniform())],
  ]);
}

const dreamerKeys = ['train/image_loss', 'train/actor_ent', 'train/kl', 'train/reward_loss'];

/** The families of JSON lines. */
export const jsonLogs: readonly TextLog[] = [
  {
    name: 'jsonl plain',
    fileName: 'metrics.jsonl',
    unit: (index, random) => {
      const fields = doubles(['loss', 'grad_norm', 'accuracy'], random)
        .map(([key, value]) => `"${key}":${value}`)
        .join(',');
      return `{"step":${index},"wall_time":${1_714_470_115 + index},${fields}}\n`;
    },
  },
  {
    name: 'jsonl TRL',
    fileName: 'log_history.jsonl',
    unit: (index, random) =>
      line([
        ['loss', rounded(random, 4)],
        ['grad_norm', float(random)],
        ['learning_rate', double(random, 1e-5)],
        ['rewards/chosen', float(random)],
        ['rewards/margins', float(random)],
        ['epoch', rounded(random, 2)],
        ['step', String(index * 10)],
      ]),
  },
  {
    name: 'jsonl DETR',
    fileName: 'log.txt',
    unit: (index, random) =>
      line([
        ['train_lr', '9.999999999999121e-05'],
        ...doubles(detrKeys, random),
        ['test_coco_eval_bbox', `[${Array.from({ length: 12 }, () => double(random)).join(', ')}]`],
        ['epoch', String(index)],
        ['n_parameters', '41302368'],
      ]),
  },
  {
    name: 'jsonl detectron2',
    fileName: 'metrics.json',
    unit: (index, random) =>
      line([...doubles(detectronKeys, random), ['iteration', String(index * 20 + 19)]]),
  },
  {
    name: 'jsonl LLaMA-Factory',
    fileName: 'trainer_log.jsonl',
    unit: (index, random) =>
      line([
        ['current_steps', String(index * 10)],
        ['total_steps', '86600000'],
        ['loss', rounded(random, 4)],
        ['learning_rate', double(random, 1e-6)],
        ['epoch', double(random)],
        ['percentage', rounded(random, 2)],
        ['elapsed_time', `"${duration(index)}"`],
        ['remaining_time', `"${duration(900_000 - index)}"`],
        ['throughput', '"0.00"'],
        ['total_tokens', '0'],
      ]),
  },
  { name: 'jsonl StyleGAN', fileName: 'stats.jsonl', unit: styleganLine },
  { name: 'jsonl EDM', fileName: 'stats.jsonl', unit: edmLine },
  {
    name: 'jsonl Dreamer',
    fileName: 'metrics.jsonl',
    // An episode's score stands on a line of its own, other keys than those of training.
    unit: (index, random) =>
      index % 3 === 0
        ? line([
            ['step', String(index * 1000)],
            ['episode/score', rounded(random, 1, 100)],
            ['episode/length', '500.0'],
          ])
        : line([['step', String(index * 1000)], ...doubles(dreamerKeys, random)]),
  },
  {
    name: 'jsonl mmengine',
    fileName: 'scalars.json',
    unit: (index, random) =>
      line([
        ['lr', double(random, 1e-3)],
        ['data_time', double(random)],
        ['loss', double(random)],
        ['loss_rpn_cls', double(random)],
        ['loss_bbox', double(random)],
        ['acc', float(random, 90)],
        ['time', double(random)],
        ['epoch', String(1 + Math.floor(index / 1000))],
        ['iter', String(index)],
        ['memory', '5423'],
        ['step', String(index)],
      ]),
  },
  {
    name: 'jsonl mmcv',
    fileName: '20210812_190636.log.json',
    unit: (index, random) =>
      line([
        ['mode', '"train"'],
        ['epoch', String(1 + Math.floor(index / 1000))],
        ['iter', String((index % 1000) * 50)],
        ['lr', rounded(random, 5)],
        ['memory', '3951'],
        ['data_time', rounded(random, 5)],
        ['loss_rpn_cls', rounded(random, 5)],
        ['loss_bbox', rounded(random, 5)],
        ['acc', rounded(random, 5, 90)],
        ['loss', rounded(random, 5)],
        ['time', rounded(random, 5)],
      ]),
  },
];
