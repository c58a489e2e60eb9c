import { clearml } from './formats/clearml.ts';
import { csv } from './formats/csv.ts';
import { fairseq } from './formats/fairseq.ts';
import { jsonl } from './formats/jsonl.ts';
import { mlflow } from './formats/mlflow.ts';
import { mmengine } from './formats/mmengine.ts';
import { stdout } from './formats/stdout.ts';
import { swanlab } from './formats/swanlab.ts';
import { swanlabBackup } from './formats/swanlabBackup.ts';
import { tensorboard } from './formats/tensorboard.ts';
import { visualDl } from './formats/visualDl.ts';
import { wandb } from './formats/wandb.ts';
import type { LogFormat } from './logFormat.ts';

/** Every log format, sorted by name. */
export const logFormats: readonly LogFormat[] = [
  clearml,
  csv,
  fairseq,
  jsonl,
  mlflow,
  mmengine,
  stdout,
  swanlab,
  swanlabBackup,
  tensorboard,
  visualDl,
  wandb,
];
