import type { LogExample } from '../logFormat.ts';

function text(...lines: readonly string[]): () => Uint8Array {
  return () => new TextEncoder().encode(lines.join(''));
}

export const csvExamples: readonly LogExample[] = [
  {
    // Lightning: sorted names, a row for each call of log, empty cells for other metrics.
    fileName: 'metrics.csv',
    bytes: text(
      'epoch,lr,step,train_loss_step,val_loss\r\n',
      '0,0.001,49,2.512585092994046,\r\n',
      '0,,49,,1.75\r\n',
      '1,,99,nan,\r\n',
    ),
    points: [
      ['epoch', 49, 0],
      ['lr', 49, 0.001],
      ['train_loss_step', 49, 2.512585092994046],
      ['epoch', 49, 0],
      ['val_loss', 49, 1.75],
      ['epoch', 99, 1],
      ['train_loss_step', 99, Number.NaN],
    ],
  },
  {
    // Keras: NA for a missing value, lists in quotes, a second run in the same file.
    fileName: 'training.log',
    bytes: text(
      'epoch,accuracy,loss,weights,val_loss\n',
      '0,0.5,1.25,"[0.1, 0.2]",NA\n',
      '1,0.625,-inf,"say ""1""\n2",1.5\n',
      'epoch,accuracy,loss,weights,val_loss\n',
      '0,0.5,1.125,"[0.1, 0.2]",1.5\n',
    ),
    points: [
      ['accuracy', 0, 0.5],
      ['loss', 0, 1.25],
      ['accuracy', 1, 0.625],
      ['loss', 1, Number.NEGATIVE_INFINITY],
      ['val_loss', 1, 1.5],
      ['accuracy', 0, 0.5],
      ['loss', 0, 1.125],
      ['val_loss', 0, 1.5],
    ],
  },
  {
    // Ultralytics: names and cells padded with spaces.
    fileName: 'results.csv',
    bytes: text(
      '               epoch,      train/box_loss,     metrics/mAP_0.5,               x/lr0\n',
      '                   0,            0.114270,             0.00155,            0.099119\n',
      '                   1,             0.08855,              5e-05,            0.0982\n',
    ),
    points: [
      ['train/box_loss', 0, 0.11427],
      ['metrics/mAP_0.5', 0, 0.00155],
      ['x/lr0', 0, 0.099119],
      ['train/box_loss', 1, 0.08855],
      ['metrics/mAP_0.5', 1, 0.00005],
      ['x/lr0', 1, 0.0982],
    ],
  },
  {
    // OpenAI baselines, with a row that was cut and continued, and a last row without its end.
    fileName: 'progress.csv',
    bytes: text(
      'EpRewMean,EpisodesSoFar,TimestepsSoFar\n',
      '-12.5,8,2048\n',
      '-11.2-12.5,16,2048,4096\n',
      'Killed\n',
      '-10.75,24,6144',
    ),
    points: [
      ['EpRewMean', 2048, -12.5],
      ['EpisodesSoFar', 2048, 8],
      ['EpRewMean', 6144, -10.75],
      ['EpisodesSoFar', 6144, 24],
    ],
    skipped: 2,
  },
  {
    // Spinning Up: tabs.
    fileName: 'progress.txt',
    bytes: text('Epoch\tAverageEpRet\tTotalEnvInteracts\n', '0\t-9.5\t4000\n', '1\t-8.25\t8000\n'),
    points: [
      ['Epoch', 4000, 0],
      ['AverageEpRet', 4000, -9.5],
      ['Epoch', 8000, 1],
      ['AverageEpRet', 8000, -8.25],
    ],
  },
  {
    // DVCLive: one file for each metric, named by its folder too, with the time in milliseconds.
    fileName: '/w/dvclive/plots/metrics/train/loss.tsv',
    bytes: text('timestamp\tstep\tloss\n', '1700000000123\t0\t0.5\n', '1700000001123\t1\t.25\n'),
    points: [
      ['train/loss', 0, 0.5],
      ['train/loss', 1, 0.25],
    ],
  },
  {
    // Stable-Baselines' monitor: a comment first, no step, and a header once more after a restart.
    fileName: 'monitor.csv',
    bytes: text(
      '#{"t_start": 1700000000.5, "env_id": "CartPole-v1"}\n',
      'r,l,t\n',
      '14.0,14,0.95\n',
      '#{"t_start": 1700000100.5, "env_id": "CartPole-v1"}\n',
      'r,l,t\n',
      '+21.0,21,1.\n',
    ),
    points: [
      ['r', Number.NaN, 14],
      ['l', Number.NaN, 14],
      ['t', Number.NaN, 0.95],
      ['r', Number.NaN, 21],
      ['l', Number.NaN, 21],
      ['t', Number.NaN, 1],
    ],
  },
  {
    // A table of another program with a byte order mark, semicolons and columns that change.
    fileName: 'run7.csv',
    bytes: text(
      '\uFEFFStep;"loss; total";note\r\n',
      '1;0.5;first\r\n',
      'Step;loss;lr\r\n',
      '2;0.25;1e-3\r\n',
    ),
    points: [
      ['loss; total', 1, 0.5],
      ['loss', 2, 0.25],
      ['lr', 2, 0.001],
    ],
  },
];
