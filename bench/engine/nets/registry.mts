import type { BenchNet } from '../benchNet.mts';
import { convolutionNet } from './convolutionNet.mts';
import { multilayerPerceptron } from './multilayerPerceptron.mts';
import { transformerBlock } from './transformerBlock.mts';

/** All nets, in the order in which they are shown. */
export const benchNets: readonly BenchNet[] = [
  multilayerPerceptron('mlp', 256, [64, 256, 256, 256, 64]),
  transformerBlock,
  convolutionNet,
];
