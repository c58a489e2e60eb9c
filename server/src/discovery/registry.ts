import type { Recognizer } from './recognizer.ts';
import { coefficient } from './recognizers/coefficient.ts';
import { nestedWeight } from './recognizers/nestedWeight.ts';
import { prefixWeight } from './recognizers/prefixWeight.ts';
import { suffixWeight } from './recognizers/suffixWeight.ts';
import { weightMap } from './recognizers/weightMap.ts';

/** The idioms in which loss weights are found, sorted by name. */
export const recognizers: readonly Recognizer[] = [
  coefficient,
  nestedWeight,
  prefixWeight,
  suffixWeight,
  weightMap,
];
