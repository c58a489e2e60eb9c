import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import type { Random } from '../../../base/random.ts';
import {
  createMultilayerPerceptron,
  type MultilayerPerceptron,
} from '../../networks/multilayerPerceptron.ts';
import type { ParameterGroup, Tf } from '../../task.ts';
import type { DenseMatrix } from '../denseMatrix.ts';
import { conditionSize, imageSize, latentSize, viewSize } from './flowEditWorld.ts';

/** t, sin 2πt and cos 2πt. */
const timeFeatures = 3;

/** The parameters that may be trained: the last only where the config says so. */
export const flowEditGroups = ['velocity', 'renderer', 'reconstructor'] as const;
/** The last layer of the velocity network, the last block that both losses share. */
export const flowEditCuts = ['velocity-head'] as const;

export interface FlowEditNetworkOptions {
  /** Units of the hidden layers. */
  readonly editorWidth: number;
  readonly rendererWidth: number;
  /** What the time is multiplied with before the network is given it. */
  readonly timeScale: number;
  /** Views to latents, [view, latent]; undefined for one that is trained from scratch. */
  readonly reconstructor: DenseMatrix | undefined;
}

/** The three networks of flow-edit. */
export class FlowEditNetworks implements Disposable {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly #tf: Tf;
  readonly #timeScale: number;
  readonly #velocity: MultilayerPerceptron;
  readonly #renderer: MultilayerPerceptron;
  readonly #reconstructor: Reconstructor;

  constructor(tf: Tf, options: FlowEditNetworkOptions, random: Random) {
    const { editorWidth, rendererWidth, reconstructor } = options;
    this.#tf = tf;
    this.#timeScale = options.timeScale;
    const inputs = latentSize + conditionSize + timeFeatures;
    const sizes = [inputs, editorWidth, editorWidth, latentSize];
    this.#velocity = createMultilayerPerceptron(tf, sizes, random);
    const layers = [latentSize, rendererWidth, rendererWidth, imageSize];
    this.#renderer = createMultilayerPerceptron(tf, layers, random);
    this.#reconstructor = reconstructor
      ? frozenReconstructor(tf, reconstructor)
      : createMultilayerPerceptron(tf, [viewSize, latentSize], random);
    const trained = [this.#velocity, this.#renderer, this.#reconstructor];
    this.groups = flowEditGroups.flatMap((name, index) => {
      const variables = trained[index]?.variables ?? [];
      return variables.length > 0 ? [{ name, variables }] : [];
    });
    const [velocityHead] = flowEditCuts;
    this.cuts = [{ name: velocityHead, variables: this.#velocity.layers.at(-1) ?? [] }];
  }

  /** [batch, view] → [batch, latent]. */
  reconstruct(views: tfc.Tensor2D): tfc.Tensor2D {
    return this.#reconstructor.apply(views);
  }

  /** The change of the latents by the clock, [batch, latent]; the clock is [batch, 1]. */
  velocity(latents: tfc.Tensor2D, clock: tfc.Tensor2D, condition: tfc.Tensor2D): tfc.Tensor2D {
    const tf = this.#tf;
    const time = this.#timeScale === 1 ? clock : tf.mul<tfc.Tensor2D>(clock, this.#timeScale);
    const angle = tf.mul<tfc.Tensor2D>(time, 2 * Math.PI);
    const features = [latents, condition, time, tf.sin(angle), tf.cos(angle)];
    return this.#velocity.apply(tf.concat2d(features, 1));
  }

  /** [batch, latent] → pictures within [0, 1], [batch, image]. */
  render(latents: tfc.Tensor2D): tfc.Tensor2D {
    return this.#tf.sigmoid(this.#renderer.apply(latents));
  }

  dispose(): void {
    this.#velocity.dispose();
    this.#renderer.dispose();
    this.#reconstructor.dispose();
  }
}

type Reconstructor = Pick<MultilayerPerceptron, 'variables' | 'apply' | 'dispose'>;

function frozenReconstructor(tf: Tf, { rows, columns, values }: DenseMatrix): Reconstructor {
  const matrix = tf.keep(tf.tensor2d(values, [rows, columns]));
  return {
    variables: [],
    apply: (views) => tf.matMul(views, matrix),
    dispose: () => matrix.dispose(),
  };
}
