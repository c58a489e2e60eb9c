import type { LogExample } from '../logFormat.ts';

function lines(...texts: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(texts.join('\n'));
}

export const stdoutExamples: readonly LogExample[] = [
  {
    // modded-nanogpt: its own source first, in which look-alike lines stand.
    fileName: 'f66d43d7.txt',
    bytes: lines(
      '='.repeat(40),
      "print(f'step:{step}/{args.num_iterations} val_loss:{val_loss:.4f}')",
      '# step:1/2 val_loss:3.0',
      'step:0/1490 val_loss:10.8284 train_time:0ms step_avg:nanms',
      'step:1/1490 train_time:81ms step_avg:80.95ms',
      'step:100/10000 avg_train_loss:7.5686 time:73/2241s step_avg:91ms',
      'peak memory allocated: 31296 MiB reserved: 47182 MiB',
      '',
    ),
    points: [
      ['val_loss', 0, 10.8284],
      ['train_time', 0, 0],
      ['step_avg', 0, Number.NaN],
      ['train_time', 1, 81],
      ['step_avg', 1, 80.95],
      ['avg_train_loss', 100, 7.5686],
      ['time', 100, 73],
      ['step_avg', 100, 91],
    ],
  },
  {
    // llm.c: its log file, and what it prints.
    fileName: 'main.log',
    bytes: lines(
      's:0 tel:11.0092',
      's:0 trl:11.0091 lr:0.000001 norm:15.37',
      's:1 trl:-nan lr:1e-05',
      'step    2/74 | loss 7.473640 (+1.23z)| norm 1.9 (+nanz)| lr 3.0e-04 | 250.10 ms | 49% bf16 MFU',
      'step   11 | loss: 6.05 | lr 1.1e-05 | dt: 300ms | tok/sec: 2323',
      '',
    ),
    points: [
      ['tel', 0, 11.0092],
      ['trl', 0, 11.0091],
      ['lr', 0, 0.000001],
      ['norm', 0, 15.37],
      ['trl', 1, Number.NaN],
      ['lr', 1, 1e-5],
      ['loss', 2, 7.47364],
      ['norm', 2, 1.9],
      ['lr', 2, 3e-4],
      ['loss', 11, 6.05],
      ['lr', 11, 1.1e-5],
      ['dt', 11, 300],
    ],
  },
  {
    fileName: 'nohup.out',
    bytes: lines(
      'number of parameters: 10.65M',
      'step 0: train loss 4.2874, val loss 4.2823',
      'iter 0: loss 4.2654, time 31410.88ms, mfu -100.00%',
      'step 3: loading the data set, please wait',
      '',
    ),
    points: [
      ['train loss', 0, 4.2874],
      ['val loss', 0, 4.2823],
      ['loss', 0, 4.2654],
      ['time', 0, 31410.88],
      ['mfu', 0, -100],
    ],
  },
  {
    // The iterations start again with every epoch and every start of the program.
    fileName: 'loss_log.txt',
    bytes: lines(
      '================ Training Loss (Sun Mar  5 12:23:41 2023) ================',
      '(epoch: 1, iters: 400, time: 0.012, data: 0.057) G_GAN: 1.206 D_real: nan ',
      '(epoch: 2, iters: 100, time: 0.013) D_A: 0.288 cycle_A: 1.705 ',
      '',
    ),
    points: [
      ['epoch', 400, 1],
      ['time', 400, 0.012],
      ['data', 400, 0.057],
      ['G_GAN', 400, 1.206],
      ['D_real', 400, Number.NaN],
      ['epoch', 100, 2],
      ['time', 100, 0.013],
      ['D_A', 100, 0.288],
      ['cycle_A', 100, 1.705],
    ],
  },
  {
    // Tables, one of them without an end; a heading as Stable-Baselines3 has it; cut cells.
    fileName: 'log.txt',
    bytes: lines(
      'Logging to logs',
      '------------------------',
      '| grad_norm | 70.6     |',
      '| loss      | 1.21e+07 |',
      '| step      | 10       |',
      '------------------------',
      'saving model 0...',
      '----------------------------------',
      '| rollout/             |          |',
      '|    ep_len_mean       | 22.2     |',
      '|    ep_rew_mean_of... | -1.2e+... |',
      '| time/                |          |',
      '|    total_timesteps   | 2048     |',
      '| device               | cuda:0   |',
      '----------------------------------',
      '------------------------',
      '| loss      | 5        |',
      'Traceback (most recent call last):',
      '',
    ),
    points: [
      ['grad_norm', 10, 70.6],
      ['loss', 10, 1.21e7],
      ['rollout/ep_len_mean', 2048, 22.2],
    ],
  },
  {
    // detectron2, in colours; and its ancestor maskrcnn-benchmark with running means.
    fileName: 'log.txt',
    bytes: lines(
      '[\u001B[32m11/17 15:16:42 d2.utils.events\u001B[0m]:  eta: 1 day, 0:14:11  iter: 19  total_loss: 76.49  loss_ce: 1.169  lr: 4.9e-05  max_mem: 11810M  ',
      '2020-01-01 10:00:00,000 maskrcnn_benchmark.trainer INFO: eta: 0:11:56  iter: 20  loss: 1.9 (2.1)  data: 0.01 (0.02)  max mem: 3000',
      'detectron2 0.6, torch 1.13.0, python: 3.9.12',
      '',
    ),
    points: [
      ['total_loss', 19, 76.49],
      ['loss_ce', 19, 1.169],
      ['lr', 19, 4.9e-5],
      ['max_mem', 19, 11810],
      ['loss', 20, 1.9],
      ['data', 20, 0.01],
      ['max mem', 20, 3000],
    ],
  },
  {
    // mmcv by epochs and by iterations, then mmengine.
    fileName: '20210812_190636.log',
    bytes: lines(
      '2021-08-12 19:07:24,634 - mmdet - INFO - workflow: [(train, 1)], max: 12 epochs',
      '2021-08-12 19:07:24,634 - mmdet - INFO - Epoch [2][50/58633]\tlr: 1.978e-03, eta: 3 days, 3:03:21, memory: 3790, loss: 1.5276',
      '2021-08-12 19:09:24,634 - mmdet - INFO - Epoch(val) [2][5000]\tbbox_mAP: 0.3740, bbox_mAP_copypaste: 0.374 0.581 0.404',
      '2021-08-12 19:10:24,634 - mmseg - INFO - Iter [50/160000]\tlr: 9.997e-03, decode.loss_ce: 1.1',
      '2021-08-12 19:11:24,634 - mmseg - INFO - Iter(val) [500]\tmIoU: 0.5',
      '01/01 10:00:00 - mmengine - INFO - Epoch(train)  [1][  50/7330]  base_lr: 2.0e-03 eta: 1 day, 2:22:22  loss: 2.5',
      '',
    ),
    points: [
      ['lr', 58683, 0.001978],
      ['memory', 58683, 3790],
      ['loss', 58683, 1.5276],
      ['val/bbox_mAP', 2, 0.374],
      ['lr', 50, 0.009997],
      ['decode.loss_ce', 50, 1.1],
      ['val/mIoU', Number.NaN, 0.5],
      ['base_lr', 50, 0.002],
      ['loss', 50, 2.5],
    ],
  },
  {
    fileName: 'train.log',
    bytes: lines(
      '[08/12 10:00:00] ppgan.engine.trainer INFO: Iter: 10/150000 lr: 2.000e-04 loss_pix: 0.044 batch_cost: 0.51324 sec reader_cost: 0.1 sec ips: 10.0 images/s eta: 4 days, 6:45:53',
      '[08/12 10:00:00] ppgan.engine.trainer INFO: Epoch: 2/200, iter: 10/1000 lr: 2.000e-04 G: -inf ',
      '',
    ),
    points: [
      ['lr', 10, 2e-4],
      ['loss_pix', 10, 0.044],
      ['batch_cost', 10, 0.51324],
      ['reader_cost', 10, 0.1],
      ['ips', 10, 10],
      ['lr', 1010, 2e-4],
      ['G', 1010, Number.NEGATIVE_INFINITY],
    ],
  },
  {
    // so-vits-svc, a Chinese translation of it, and the first VITS with all in one list.
    fileName: 'train.log',
    bytes: lines(
      '2023-04-01 10:00:00,000\t44k\tINFO\tTrain Epoch: 1 [0%]',
      '2023-04-01 10:00:00,000\t44k\tINFO\tLosses: [2.72, 2.5, 7.27], step: 0, lr: 0.0001',
      '2023-04-01 10:00:00,000\t44k\tINFO\t损失：[2.72，2.5，7.25]，步数：200，学习率：0.0001',
      '2023-04-01 10:00:00,000\tbase\tINFO\t[2.25, 2.5, 7.5, 400, 0.0002]',
      '',
    ),
    points: [
      ['lr', 0, 0.0001],
      ['Losses[0]', 0, 2.72],
      ['Losses[1]', 0, 2.5],
      ['Losses[2]', 0, 7.27],
      ['学习率', 200, 0.0001],
      ['损失[0]', 200, 2.72],
      ['损失[1]', 200, 2.5],
      ['损失[2]', 200, 7.25],
      ['Losses[0]', 400, 2.25],
      ['Losses[1]', 400, 2.5],
      ['Losses[2]', 400, 7.5],
      ['lr', 400, 0.0002],
    ],
  },
  {
    // Progress bars: of states that were written over only the last is left, as on a screen.
    fileName: 'output.log',
    bytes: lines(
      '  0%|          | 0/20347 [00:00<?, ?it/s]/lib/functional.py:1967: UserWarning: version: 3',
      'Epoch 0:   1%|1         | 1/100 [00:00<00:12, 8.1it/s, loss=2.5]\rEpoch 0: 100%|##########| 100/100 [00:12<00:00,  8.1it/s, v_num=3, loss=0.5]\r',
      'loss: 0.25:  45%|\u001B[32m████▌     \u001B[0m| 450/1000 [00:12<00:14, 36.5it/s, acc=95%]\r',
      '450it [00:12, 36.5it/s, loss=0.125]',
      '',
    ),
    points: [
      ['loss', 100, 0.5],
      ['loss', 450, 0.25],
      ['acc', 450, 95],
      ['loss', 450, 0.125],
    ],
  },
];
