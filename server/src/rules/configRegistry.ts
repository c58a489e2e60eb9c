import { allWeightsZero } from './config/allWeightsZero.ts';
import { exponentText } from './config/exponentText.ts';
import { hardCodedWeight } from './config/hardCodedWeight.ts';
import { negativeWeight } from './config/negativeWeight.ts';
import { notFiniteWeight } from './config/notFiniteWeight.ts';
import { weightNotNumber } from './config/weightNotNumber.ts';
import { weightSetTwice } from './config/weightSetTwice.ts';
import type { ConfigRule } from './configRule.ts';

/** The rules whose only evidence is the config, sorted by name. */
export const configRules: readonly ConfigRule[] = [
  allWeightsZero,
  exponentText,
  hardCodedWeight,
  negativeWeight,
  notFiniteWeight,
  weightNotNumber,
  weightSetTwice,
];
