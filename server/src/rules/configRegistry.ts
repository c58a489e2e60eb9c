import { allWeightsZero } from './config/allWeightsZero.ts';
import { exponentText } from './config/exponentText.ts';
import { hardCodedWeight } from './config/hardCodedWeight.ts';
import { negativeWeight } from './config/negativeWeight.ts';
import { notFiniteWeight } from './config/notFiniteWeight.ts';
import { unusedWeight } from './config/unusedWeight.ts';
import { weightNotNumber } from './config/weightNotNumber.ts';
import { weightSetTwice } from './config/weightSetTwice.ts';
import type { ConfigRule } from './configRule.ts';

/** The rules about the config itself, sorted by name. */
export const configRules: readonly ConfigRule[] = [
  allWeightsZero,
  exponentText,
  hardCodedWeight,
  negativeWeight,
  notFiniteWeight,
  unusedWeight,
  weightNotNumber,
  weightSetTwice,
];
