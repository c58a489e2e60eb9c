import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom, type Random } from '../../../base/random.ts';
import { metricName } from '../../../model/metricName.ts';
import { matrixOf } from '../../batchFields.ts';
import type { LossFunction } from '../../loss.ts';
import type { Batch, ParameterGroup, Task, TaskInstance, Tf } from '../../task.ts';
import { at } from '../denseMatrix.ts';
import { multimodalEmotionAblations } from './multimodalEmotionAblations.ts';
import {
  type MultimodalEmotionConfig,
  multimodalEmotionChoices,
  multimodalEmotionConfigSchema,
  multimodalEmotionCuts,
  multimodalEmotionTerms,
  planMultimodalEmotion,
} from './multimodalEmotionConfig.ts';
import {
  classWeightsOf,
  createClassificationLoss,
  createContrastiveLoss,
  createGateLoss,
  createReconstructionLoss,
} from './multimodalEmotionLosses.ts';
import { emotionMetrics } from './multimodalEmotionMetrics.ts';
import { type ModalityInputs, MultimodalEmotionNetwork } from './multimodalEmotionNetwork.ts';
import {
  countEmotions,
  createMultimodalEmotionWorld,
  emotions,
  type ModalityName,
  modalities,
  type Utterances,
} from './multimodalEmotionWorld.ts';

/** Training and held-out utterances are parts of one data set, so their seeds never change. */
const trainingSeed = 1729;
const trainingCount = 3072;
const heldOutSeed = 4711;
const heldOutCount = 2048;

/**
 * Emotions of generated utterances in three modalities (seed 003). An encoder for each modality, a gate
 * and a fused code; classification, contrast between two views, reconstruction from the code and
 * from each modality alone, and regularised gates. All four losses reach the encoders and `fusion`.
 */
export const multimodalEmotion: Task<MultimodalEmotionConfig> = {
  name: 'multimodal-emotion',
  description: 'Emotions of utterances in audio, text and video, fused by a gated autoencoder.',
  configSchema: multimodalEmotionConfigSchema,
  terms: multimodalEmotionTerms,
  choices: multimodalEmotionChoices,
  ablations: multimodalEmotionAblations,
  sharedGroup: 'fusion',
  aliases: {
    classification_loss: metricName.loss('classification'),
    contrastive_loss: metricName.loss('cl'),
    encoder_loss: metricName.loss('encoder'),
    gate_regularization: metricName.loss('gate_reg'),
    total_loss: metricName.totalLoss,
  },
  plan: planMultimodalEmotion,
  create: (tf, config, random) => new MultimodalEmotion(tf, config, random),
};

class MultimodalEmotion implements TaskInstance {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly #tf: Tf;
  readonly #config: MultimodalEmotionConfig;
  readonly #training: Utterances;
  readonly #heldOut: Utterances;
  readonly #heldOutInputs: ModalityInputs;
  readonly #network: MultimodalEmotionNetwork;
  readonly #classification: LossFunction;
  readonly #contrastive: LossFunction;
  readonly #reconstruction: LossFunction;
  readonly #gateRegularisation: LossFunction;

  constructor(tf: Tf, config: MultimodalEmotionConfig, random: Random) {
    this.#tf = tf;
    this.#config = config;
    const { labels, impaired_share, model, loss } = config;
    const world = createMultimodalEmotionWorld();
    const draw = (seed: number, count: number) =>
      world.drawUtterances(createRandom(seed, 'multimodal-emotion utterances'), count, {
        labels,
        impairedShare: impaired_share,
      });
    this.#training = draw(trainingSeed, trainingCount);
    this.#heldOut = draw(heldOutSeed, heldOutCount);
    this.#heldOutInputs = keepAll(tf, toInputs(tf, this.#heldOut.inputs, heldOutCount));
    this.#network = new MultimodalEmotionNetwork(tf, model, random);
    this.groups = this.#network.groups;
    const [gate] = multimodalEmotionCuts;
    this.cuts = [{ name: gate, variables: this.#network.gateVariables }];
    const { classification_loss: chosen, class_weights } = loss;
    const weights =
      class_weights === 'none'
        ? undefined
        : classWeightsOf(class_weights, countEmotions(this.#training), labels);
    this.#classification = createClassificationLoss(tf, { chosen, labels, weights });
    this.#contrastive = createContrastiveLoss(tf, loss.cl_loss, model.code_size);
    this.#reconstruction = createReconstructionLoss(tf, loss.encoder_loss);
    this.#gateRegularisation = createGateLoss(tf, loss.gate_reg_loss);
  }

  /** Utterances of the training data, drawn with replacement; `view/…` is the second view of them. */
  nextBatch(random: Random): Batch {
    const count = this.#config.batch_size;
    const rows = Array.from({ length: count }, () => Math.floor(random.uniform() * trainingCount));
    const inputs = mapModalities((name, size) => takeRows(this.#training.inputs[name], size, rows));
    const { audio, text, visual } = toInputs(this.#tf, inputs, count);
    const view = toInputs(this.#tf, this.#secondView(inputs, random), count);
    return keepAll(this.#tf, {
      audio,
      text,
      visual,
      'view/audio': view.audio,
      'view/text': view.text,
      'view/visual': view.visual,
      ...this.#labels(takeRows(this.#training.present, emotions.length, rows)),
    });
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const tf = this.#tf;
    const own = mapModalities((name) => matrixOf(batch, name));
    // Both views go through the network as one batch of twice the rows.
    const both = mapModalities((name) =>
      tf.concat2d([own[name], matrixOf(batch, `view/${name}`)], 0),
    );
    const fused = this.#network.fuse(both);
    const half = own.audio.shape[0];
    const first = (tensor: tfc.Tensor2D) => tf.slice(tensor, [0, 0], [half, -1]);
    const code = first(fused.code);
    return {
      classification: this.#classification.compute({
        ...batch,
        logits: this.#network.classify(code),
      }),
      cl: this.#contrastive.compute({
        queries: code,
        keys: tf.slice(fused.code, [half, 0], [half, -1]),
      }),
      encoder: this.#compareReconstructions(own, code, fused.features.map(first)),
      gate_reg: this.#gateRegularisation.compute({ logits: first(fused.gateLogits) }),
    };
  }

  /** Emotions and gates on held-out utterances, as `emotionMetrics` names them. */
  async evaluate(): Promise<Readonly<Record<string, number>>> {
    const tf = this.#tf;
    const packed = tf.tidy(() => {
      const { code, gateLogits } = this.#network.fuse(this.#heldOutInputs);
      const parts = [this.#network.classify(code), tf.softmax(gateLogits)];
      return tf.concat(
        parts.map((part) => tf.reshape(part, [-1])),
        0,
      );
    });
    const values = await packed.data<'float32'>();
    packed.dispose();
    const judged = heldOutCount * emotions.length;
    const judgement = { logits: values.subarray(0, judged), gates: values.subarray(judged) };
    return emotionMetrics(this.#heldOut, judgement, this.#config.labels);
  }

  dispose(): void {
    this.#network.dispose();
    this.#classification.dispose();
    this.#contrastive.dispose();
    this.#reconstruction.dispose();
    this.#gateRegularisation.dispose();
    for (const tensor of Object.values(this.#heldOutInputs)) tensor.dispose();
  }

  /**
   * globalLoss + interLoss of seed 003. The targets are the features as they were given, which no
   * parameter can move: were they what the encoders make of them, all could agree on a constant.
   */
  #compareReconstructions(
    own: ModalityInputs,
    code: tfc.Tensor2D,
    features: readonly tfc.Tensor2D[],
  ): tfc.Scalar {
    const target = this.#tf.concat2d([own.audio, own.text, own.visual], 1);
    const globally = this.#network.reconstructGlobally(code);
    const locally = this.#network.reconstructLocally(features);
    const [global, local] = [globally, locally].map((prediction) =>
      this.#reconstruction.compute({ prediction, target }),
    );
    return global && local ? this.#tf.add<tfc.Scalar>(global, local) : this.#tf.scalar(0);
  }

  #secondView(inputs: Utterances['inputs'], random: Random): Utterances['inputs'] {
    const { batch_size: count, loss } = this.#config;
    if (loss.cl_view === 'noise') {
      return mapModalities((name) =>
        inputs[name].map((value) => value + loss.cl_view_noise * random.normal()),
      );
    }
    const dropped = Array.from({ length: count }, () =>
      Math.floor(random.uniform() * modalities.length),
    );
    return mapModalities((name, size, place) =>
      inputs[name].map((value, index) => (dropped[Math.floor(index / size)] === place ? 0 : value)),
    );
  }

  /** Classes from 0 as `labels` [batch, 1], or 0 and 1 as `targets` [batch, emotions]. */
  #labels(present: Float32Array): Readonly<Record<string, tfc.Tensor2D>> {
    const tf = this.#tf;
    const count = this.#config.batch_size;
    if (this.#config.labels === 'multi') {
      return { targets: tf.tensor2d(present, [count, emotions.length]) };
    }
    const classes = Float32Array.from({ length: count }, (_, row) =>
      present.subarray(row * emotions.length, (row + 1) * emotions.length).indexOf(1),
    );
    return { labels: tf.tensor2d(classes, [count, 1]) };
  }
}

function mapModalities<Value>(
  make: (name: ModalityName, size: number, place: number) => Value,
): Readonly<Record<ModalityName, Value>> {
  const [audio, text, visual] = modalities;
  return {
    audio: make('audio', audio.size, 0),
    text: make('text', text.size, 1),
    visual: make('visual', visual.size, 2),
  };
}

function toInputs(tf: Tf, inputs: Utterances['inputs'], count: number): ModalityInputs {
  return mapModalities((name, size) => tf.tensor2d(inputs[name], [count, size]));
}

function keepAll<Tensors extends Readonly<Record<string, tfc.Tensor>>>(
  tf: Tf,
  tensors: Tensors,
): Tensors {
  for (const tensor of Object.values(tensors)) tf.keep(tensor);
  return tensors;
}

function takeRows(values: Float32Array, columns: number, rows: readonly number[]): Float32Array {
  const taken = new Float32Array(rows.length * columns);
  for (const [place, row] of rows.entries()) {
    for (let column = 0; column < columns; column += 1) {
      taken[place * columns + column] = at(values, row * columns + column);
    }
  }
  return taken;
}
