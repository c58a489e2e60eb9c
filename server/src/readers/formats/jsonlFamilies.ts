import type { LineFamily } from '../lineFamily.ts';

/** Keys that count the steps where nothing else is known of a log, in the order of preference. */
export const stepKeys = [
  'step',
  'global_step',
  '_step',
  'iteration',
  'iter',
  'current_steps',
  'num_updates',
  'epoch',
] as const;

/** Keys with seconds since the Unix epoch. `time` is not one: DETR and mmdetection time an iteration. */
const wallTimeKeys = ['wall_time', '_timestamp', 'timestamp'] as const;

/** The families of JSON lines; a line is of the first one that fits it. */
export const jsonlFamilies: readonly LineFamily[] = [
  {
    // The first line of our own files describes the run; it measures nothing.
    name: 'header of metrics.jsonl',
    has: { counterweight: 'number' },
    stepKeys: [],
    wallTimeKeys: [],
    metrics: 'none',
  },
  {
    // The first line of mmcv's logs describes the machine: its seed is no metric.
    name: 'header of mmcv',
    has: { env_info: 'text' },
    stepKeys: [],
    wallTimeKeys: [],
    metrics: 'none',
  },
  {
    // `iter` counts within the epoch (the length of an epoch stands in the text log alone).
    name: 'mmcv, training',
    has: { mode: '=train', epoch: 'number', iter: 'number' },
    stepKeys: ['iter'],
    roundKey: 'epoch',
    wallTimeKeys: [],
  },
  {
    // Here `iter` is the number of batches of the validation set, the same in every line.
    name: 'mmcv, validation',
    has: { mode: '=val', epoch: 'number', iter: 'number' },
    stepKeys: ['epoch'],
    keepsStep: true,
    wallTimeKeys: [],
    stream: 'val/',
  },
  {
    // StyleGAN2-ADA, StyleGAN3, EDM: every value is a count, a mean and a standard deviation.
    name: 'stats.jsonl',
    has: { 'Progress/kimg.mean': 'number' },
    stepKeys: ['Progress/kimg.mean'],
    keepsStep: true,
    wallTimeKeys: ['timestamp'],
    metrics: { suffix: '.mean' },
  },
  {
    name: 'stats.jsonl without thousands of images',
    has: { 'Progress/tick.mean': 'number' },
    stepKeys: ['Progress/tick.mean'],
    keepsStep: true,
    wallTimeKeys: ['timestamp'],
    metrics: { suffix: '.mean' },
  },
  {
    // metric-fid50k_full.jsonl: the snapshot that was measured tells the thousands of images.
    name: 'metric-*.jsonl',
    has: { metric: 'text', total_time_str: 'text' },
    stepKeys: [],
    stepText: 'snapshot_pkl',
    wallTimeKeys: ['timestamp'],
    metrics: { prefix: 'results.' },
  },
  {
    // detectron2, DETR, DINO, MAE, LLaMA-Factory, TRL, Dreamer, wandb before 0.10, mmengine, ours.
    name: 'plain',
    has: {},
    stepKeys,
    wallTimeKeys,
  },
];
