/**
 * What balancing costs on the host: `npm run bench:strategies`. Prints the median time of each strategy at
 * K = 8 beside a plain step of the bench's multilayer perceptron on compiled-cpu, measured in the same
 * process, and what it costs to read losses or gradients in mid-step. Takes about a minute; ends with exit
 * code 1 where a strategy takes more than 2 % of a plain step.
 */
import { spawnSync } from 'node:child_process';

import { repositoryRoot } from '../scripts/processes.mts';
import { bundleMeasurement } from './engine/bundleMeasurement.mts';

const bundle = await bundleMeasurement('bench/strategyShares.mts');
const { status } = spawnSync(process.execPath, [bundle], { cwd: repositoryRoot, stdio: 'inherit' });
process.exitCode = status ?? 1;
