import { csv } from './formats/csv.ts';
import { jsonl } from './formats/jsonl.ts';
import { tensorboard } from './formats/tensorboard.ts';
import type { LogFormat } from './logFormat.ts';

/** Every log format, sorted by name. */
export const logFormats: readonly LogFormat[] = [csv, jsonl, tensorboard];
