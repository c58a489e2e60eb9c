import type { Recognizer } from './recognizer.ts';
import { coefficient } from './recognizers/coefficient.ts';
import { lossFactor } from './recognizers/lossFactor.ts';
import { lossMap } from './recognizers/lossMap.ts';
import { nestedWeight } from './recognizers/nestedWeight.ts';
import { notedWeight } from './recognizers/notedWeight.ts';
import { numberInSum } from './recognizers/numberInSum.ts';
import { prefixWeight } from './recognizers/prefixWeight.ts';
import { suffixWeight } from './recognizers/suffixWeight.ts';
import { usedInSum } from './recognizers/usedInSum.ts';
import { vaeHyperparameter } from './recognizers/vaeHyperparameter.ts';
import { weightMap } from './recognizers/weightMap.ts';

/** The idioms in which loss weights are found, sorted by name. */
export const recognizers: readonly Recognizer[] = [
  coefficient,
  lossFactor,
  lossMap,
  nestedWeight,
  notedWeight,
  numberInSum,
  prefixWeight,
  suffixWeight,
  usedInSum,
  vaeHyperparameter,
  weightMap,
];
