import type { Random } from '../../server/src/base/random.ts';
import { duration, rounded } from './logNumbers.mts';
import type { TextLog } from './textLogs.mts';

function kj(index: number, random: Random): string {
  const loss = index % 10 === 0 ? `val_loss:${rounded(random, 4)} ` : '';
  const times = `train_time:${index * 33}ms step_avg:${rounded(random, 2, 30)}ms`;
  return `step:${index}/100000000 ${loss}${times}\n`;
}

function llmc(index: number, random: Random): string {
  if (index % 250 === 0) return `s:${index} tel:${rounded(random, 4, 10)}\n`;
  const values = `trl:${rounded(random, 4, 10)} lr:${rounded(random, 6)} norm:${rounded(random, 2)}`;
  return `s:${index} ${values}\n`;
}

function nanogpt(index: number, random: Random): string {
  if (index % 250 !== 0) {
    const time = `time ${rounded(random, 2, 15)}ms, mfu ${rounded(random, 2, 40)}%`;
    return `iter ${index}: loss ${rounded(random, 4)}, ${time}\n`;
  }
  return `step ${index}: train loss ${rounded(random, 4)}, val loss ${rounded(random, 4)}\n`;
}

function cyclegan(index: number, random: Random): string {
  const inner = (index % 1000) * 100;
  const head = `(epoch: ${Math.floor(index / 1000)}, iters: ${inner}, time: 0.012, data: 0.057)`;
  const names = ['D_A', 'G_A', 'cycle_A', 'idt_A', 'D_B', 'G_B', 'cycle_B', 'idt_B'];
  return `${head} ${names.map((name) => `${name}: ${rounded(random, 3)} `).join('')}\n`;
}

function d2(index: number, random: Random): string {
  const head = `[11/17 12:53:36] d2.utils.events INFO:  eta: ${duration(53_000 - (index % 50_000))}`;
  const losses = ['total_loss', 'loss_cls', 'loss_box_reg', 'loss_rpn_cls', 'loss_rpn_loc'];
  const values = losses.map((name) => `${name}: ${rounded(random, 4)}`).join('  ');
  const end = `time: ${rounded(random, 4)}  data_time: ${rounded(random, 4)}  lr: 0.004  max_mem: 11814M`;
  return `${head}  iter: ${index * 20 + 19}  ${values}  ${end}\n`;
}

function mmcv(index: number, random: Random): string {
  const head = `2021-08-12 19:10:21,441 - mmdet - INFO - Epoch [1][${index}/58633]\tlr: 1.978e-03`;
  const times = `eta: 3 days, 3:03:21, time: ${rounded(random, 3)}, data_time: ${rounded(random, 3)}`;
  const losses = ['loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox', 'loss'];
  const values = losses.map((name) => `${name}: ${rounded(random, 4)}`).join(', ');
  return `${head}, ${times}, memory: 3951, ${values}\n`;
}

function ppgan(index: number, random: Random): string {
  const head = `[05/06 14:06:28] ppgan.engine.trainer INFO: Iter: ${index}/150000 lr: 2.000e-04`;
  const values = `loss_pix: ${rounded(random, 3)} batch_cost: ${rounded(random, 5)} sec`;
  return `${head} ${values} reader_cost: 0.00056 sec ips: 18.24 images/s eta: 4 days, 6:45:53\n`;
}

function vits(index: number, random: Random): string {
  const losses = Array.from({ length: 5 }, () => rounded(random, 10, 5)).join(', ');
  const head = '2023-03-26 10:42:01,132\t44k\tINFO\t';
  return `${head}Losses: [${losses}], step: ${index * 200}, lr: 0.0001\n`;
}

function tqdm(index: number, random: Random): string {
  const share = index % 100;
  const bar = '#'.repeat(share / 5).padEnd(20);
  const rate = `${rounded(random, 2, 36)}it/s, loss=${rounded(random, 3)}`;
  return `Epoch 1: ${share}%|${bar}| ${share * 10}/1000 [00:12<00:14, ${rate}]\n`;
}

function oailog(index: number, random: Random): string {
  const dashes = '-'.repeat(26);
  const names = ['grad_norm', 'loss', 'loss_q0', 'loss_q1', 'loss_q2', 'loss_q3', 'samples'];
  const rows = names.map((name) => `| ${name.padEnd(9)} | ${rounded(random, 4).padEnd(10)} |`);
  const step = `| step      | ${String(index * 10).padEnd(10)} |`;
  return `${[dashes, ...rows, step, dashes].join('\n')}\n`;
}

function prose(index: number, random: Random): string {
  const time = `[2024-05-06 14:06:28,${String(index % 1000).padStart(3, '0')}]`;
  const words = 'Loading checkpoint shards for the text encoder from the cache of the hub';
  return `${time}[INFO] ${words}; rank ${Math.floor(random.uniform() * 8)} is ready\n`;
}

/** The families of what programs print; the last is text without any metrics. */
export const consoleLogs: readonly TextLog[] = [
  { name: 'stdout kj', fileName: 'run.log', unit: kj },
  { name: 'stdout llmc', fileName: 'main.log', unit: llmc },
  { name: 'stdout nanogpt', fileName: 'train.log', unit: nanogpt },
  { name: 'stdout cyclegan', fileName: 'loss_log.txt', unit: cyclegan },
  { name: 'stdout d2', fileName: 'log.txt', unit: d2 },
  { name: 'stdout mmcv', fileName: '20210812_190636.log', unit: mmcv },
  { name: 'stdout ppgan', fileName: 'log.txt', unit: ppgan },
  { name: 'stdout vits', fileName: 'train.log', unit: vits },
  { name: 'stdout tqdm', fileName: 'output.log', unit: tqdm },
  { name: 'stdout oailog', fileName: 'log.txt', unit: oailog },
  { name: 'stdout prose', fileName: 'stdout.txt', unit: prose },
];
