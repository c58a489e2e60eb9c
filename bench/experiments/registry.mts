import { e2Ratio } from './e2Ratio.mts';
import { e5Endpoint } from './e5Endpoint.mts';
import type { Experiment } from './experiment.mts';

/** All experiments, by name. */
export const experiments: readonly Experiment[] = [e2Ratio, e5Endpoint];
