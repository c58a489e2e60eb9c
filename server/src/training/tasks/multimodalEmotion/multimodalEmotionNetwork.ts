import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import type { Random } from '../../../base/random.ts';
import {
  createMultilayerPerceptron,
  type MultilayerPerceptron,
} from '../../networks/multilayerPerceptron.ts';
import type { ParameterGroup, Tf } from '../../task.ts';
import { emotions, inputSize, type ModalityName, modalities } from './multimodalEmotionWorld.ts';

/** Features of the modalities, each [batch, size]. */
export type ModalityInputs = Readonly<Record<ModalityName, tfc.Tensor2D>>;

interface NetworkSizes {
  readonly width: number;
  readonly feature_size: number;
  readonly code_size: number;
}

/** What the fusion makes of a batch. */
interface Fused {
  /** What each encoder gives, [batch, feature size], in the order of the modalities. */
  readonly features: readonly tfc.Tensor2D[];
  /** [batch, modalities] */
  readonly gateLogits: tfc.Tensor2D;
  /** [batch, code size] */
  readonly code: tfc.Tensor2D;
}

/**
 * An encoder for each modality, a gate that weighs their features utterance by utterance, a code of
 * all of them, and what is read from it (seed 003's `AutoFusion_Hierarchical`, whose source it does not
 * show; after Sahu and Vechtomova, EACL 2021, `AutoFusion`). There is no context net: the utterances
 * are independent.
 */
export class MultimodalEmotionNetwork implements Disposable {
  readonly groups: readonly ParameterGroup[];
  readonly gateVariables: readonly tfc.Variable[];
  readonly #tf: Tf;
  readonly #encoders: readonly MultilayerPerceptron[];
  readonly #gate: MultilayerPerceptron;
  readonly #compressor: MultilayerPerceptron;
  readonly #globalDecoder: MultilayerPerceptron;
  readonly #localDecoders: readonly MultilayerPerceptron[];
  readonly #classifier: MultilayerPerceptron;

  constructor(tf: Tf, sizes: NetworkSizes, random: Random) {
    const { width, feature_size: features, code_size: code } = sizes;
    const create = (...layers: number[]) => createMultilayerPerceptron(tf, layers, random);
    this.#tf = tf;
    const together = features * modalities.length;
    this.#encoders = modalities.map(({ size }) => create(size, width, features));
    this.#gate = create(together, modalities.length);
    this.#compressor = create(together, width, code);
    this.#globalDecoder = create(code, width, inputSize);
    this.#localDecoders = modalities.map(({ size }) => create(features, size));
    this.#classifier = create(code, width, emotions.length);
    const decoders = [this.#globalDecoder, ...this.#localDecoders];
    this.gateVariables = this.#gate.variables;
    this.groups = [
      ...modalities.map(({ name }, index) => toGroup(name, this.#encoders.slice(index, index + 1))),
      toGroup('fusion', [this.#gate, this.#compressor]),
      toGroup('decoder', decoders),
      toGroup('classifier', [this.#classifier]),
    ];
  }

  /** The gates are open by a softmax, times their number: evenly open they change nothing. */
  fuse(inputs: ModalityInputs): Fused {
    const tf = this.#tf;
    const features = this.#encoders.map((encoder, index) =>
      encoder.apply(inputs[modalities[index]?.name ?? 'audio']),
    );
    const gateLogits = this.#gate.apply(tf.concat2d(features, 1));
    const open = tf.mul<tfc.Tensor2D>(tf.softmax(gateLogits), modalities.length);
    const weighed = features.map((feature, index) =>
      tf.mul<tfc.Tensor2D>(feature, tf.slice(open, [0, index], [-1, 1])),
    );
    return { features, gateLogits, code: this.#compressor.apply(tf.concat2d(weighed, 1)) };
  }

  /** All features of all modalities out of the fused code, [batch, input size]. */
  reconstructGlobally(code: tfc.Tensor2D): tfc.Tensor2D {
    return this.#globalDecoder.apply(code);
  }

  /** The features of each modality out of what its own encoder gave, [batch, input size]. */
  reconstructLocally(features: readonly tfc.Tensor2D[]): tfc.Tensor2D {
    const parts = this.#localDecoders.flatMap((decoder, index) => {
      const feature = features[index];
      return feature ? [decoder.apply(feature)] : [];
    });
    return this.#tf.concat2d(parts, 1);
  }

  /** A logit for each emotion, [batch, emotions]. */
  classify(code: tfc.Tensor2D): tfc.Tensor2D {
    return this.#classifier.apply(code);
  }

  dispose(): void {
    const parts = [this.#gate, this.#compressor, this.#globalDecoder, this.#classifier];
    for (const part of [...this.#encoders, ...parts, ...this.#localDecoders]) part.dispose();
  }
}

function toGroup(name: string, networks: readonly MultilayerPerceptron[]): ParameterGroup {
  return { name, variables: networks.flatMap(({ variables }) => variables) };
}
