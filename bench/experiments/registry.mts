import { e1Modes } from './e1Modes.mts';
import { e2Ratio } from './e2Ratio.mts';
import { e3Kl } from './e3Kl.mts';
import { e4Condition } from './e4Condition.mts';
import { e5Endpoint } from './e5Endpoint.mts';
import { e6OneLoss } from './e6OneLoss.mts';
import { e7Toy } from './e7Toy.mts';
import { examples } from './examples.mts';
import type { Experiment } from './experiment.mts';

/** All experiments, by name. */
export const experiments: readonly Experiment[] = [
  e1Modes,
  e2Ratio,
  e3Kl,
  e4Condition,
  e5Endpoint,
  e6OneLoss,
  e7Toy,
  examples,
];
