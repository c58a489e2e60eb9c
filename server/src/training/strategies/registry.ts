import type { Strategy } from '../strategy.ts';
import { alignedMtl } from './alignedMtl.ts';
import { alternating } from './alternating.ts';
import { cagrad } from './cagrad.ts';
import { config } from './config.ts';
import { cosine } from './cosine.ts';
import { dbMtl } from './dbMtl.ts';
import { dualproj } from './dualproj.ts';
import { dwa } from './dwa.ts';
import { emaInverse } from './emaInverse.ts';
import { emaInverseSeed } from './emaInverseSeed.ts';
import { fairgrad } from './fairgrad.ts';
import { famo } from './famo.ts';
import { fixed } from './fixed.ts';
import { gls } from './gls.ts';
import { gradientInverse } from './gradientInverse.ts';
import { gradientInverseSeed } from './gradientInverseSeed.ts';
import { gradnorm } from './gradnorm.ts';
import { gradvac } from './gradvac.ts';
import { imtlG } from './imtlG.ts';
import { imtlL } from './imtlL.ts';
import { kendall } from './kendall.ts';
import { linear } from './linear.ts';
import { log } from './log.ts';
import { mConfig } from './mConfig.ts';
import { mgda } from './mgda.ts';
import { minMax } from './minMax.ts';
import { nashMtl } from './nashMtl.ts';
import { normalised } from './normalised.ts';
import { pcgrad } from './pcgrad.ts';
import { rlw } from './rlw.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidSeed } from './sigmoidSeed.ts';
import { staged } from './staged.ts';
import { stch } from './stch.ts';
import { step } from './step.ts';
import { twoStage } from './twoStage.ts';
import { upgrad } from './upgrad.ts';

/** All balancing strategies, by name. */
export const strategies: readonly Strategy[] = [
  alignedMtl,
  alternating,
  cagrad,
  config,
  cosine,
  dbMtl,
  dualproj,
  dwa,
  emaInverse,
  emaInverseSeed,
  fairgrad,
  famo,
  fixed,
  gls,
  gradientInverse,
  gradientInverseSeed,
  gradnorm,
  gradvac,
  imtlG,
  imtlL,
  kendall,
  linear,
  log,
  mConfig,
  mgda,
  minMax,
  nashMtl,
  normalised,
  pcgrad,
  rlw,
  sigmoid,
  sigmoidSeed,
  staged,
  stch,
  step,
  twoStage,
  upgrad,
];
