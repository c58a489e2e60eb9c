import { cyclegan } from './cyclegan.ts';
import { d2 } from './d2.ts';
import { dict } from './dict.ts';
import type { StdoutFamily } from './family.ts';
import { keras } from './keras.ts';
import { kj } from './kj.ts';
import { llmc } from './llmc.ts';
import { loop } from './loop.ts';
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
  dict,
  keras,
  kj,
  llmc,
  loop,
  mmcv,
  nanogpt,
  oailog,
  ppgan,
  tqdm,
  vits,
];
