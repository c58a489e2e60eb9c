import type { Loss } from '../loss.ts';
import { absoluteError } from './absoluteError.ts';
import { angularMargin } from './angularMargin.ts';
import { arcFace } from './arcFace.ts';
import { binaryCrossEntropy } from './binaryCrossEntropy.ts';
import { centerLoss } from './centerLoss.ts';
import { cosFace } from './cosFace.ts';
import { cosineDistance } from './cosineDistance.ts';
import { crossEntropy } from './crossEntropy.ts';
import { dino } from './dino.ts';
import { focal } from './focal.ts';
import { gateEntropy } from './gateEntropy.ts';
import { gaussianKl } from './gaussianKl.ts';
import { guidanceConsistency } from './guidanceConsistency.ts';
import { infoNce } from './infoNce.ts';
import { infoNceNegatives } from './infoNceNegatives.ts';
import { logarithmicLoss } from './logarithmicLoss.ts';
import { meanSquaredError } from './meanSquaredError.ts';
import { modalitySquaredError } from './modalitySquaredError.ts';
import { perceptual } from './perceptual.ts';
import { randomLpips } from './randomLpips.ts';
import { sigmoidFocal } from './sigmoidFocal.ts';
import { smoothL1 } from './smoothL1.ts';
import { velocity } from './velocity.ts';

/** All losses that tasks are built from, by name. */
export const losses: readonly Loss[] = [
  absoluteError,
  angularMargin,
  arcFace,
  binaryCrossEntropy,
  centerLoss,
  cosFace,
  cosineDistance,
  crossEntropy,
  dino,
  focal,
  gateEntropy,
  gaussianKl,
  guidanceConsistency,
  infoNce,
  infoNceNegatives,
  logarithmicLoss,
  meanSquaredError,
  modalitySquaredError,
  perceptual,
  randomLpips,
  sigmoidFocal,
  smoothL1,
  velocity,
];
