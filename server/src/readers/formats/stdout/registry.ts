import { cyclegan } from './cyclegan.ts';
import { d2 } from './d2.ts';
import type { StdoutFamily } from './family.ts';
import { kj } from './kj.ts';
import { llmc } from './llmc.ts';
import { mmcv } from './mmcv.ts';
import { nanogpt } from './nanogpt.ts';
import { oailog } from './oailog.ts';
import { ppgan } from './ppgan.ts';
import { tqdm } from './tqdm.ts';
import { vits } from './vits.ts';

/** Every family of console logs, sorted by name. */
export const stdoutFamilies: readonly StdoutFamily[] = [
  cyclegan,
  d2,
  kj,
  llmc,
  mmcv,
  nanogpt,
  oailog,
  ppgan,
  tqdm,
  vits,
];
