import type { LossFunction } from '../../loss.ts';
import { findLayout, type LossLayout, lossChoices } from '../../lossOptions.ts';
import { completeOptions, type NamedOptions, namedOptionsSchema } from '../../namedOptions.ts';
import { prepareChosenLoss } from '../../prepareChosenLoss.ts';
import type { Tf } from '../../task.ts';
import { emotions, inputSize, type LabelKind, modalities } from './multimodalEmotionWorld.ts';

/** What `class_weights` may be, beside a weight for each emotion. */
export const classWeightNames = ['none', 'balanced'] as const;
type ClassWeights = (typeof classWeightNames)[number] | readonly number[];

/** The losses that a config may classify with, by the kind of its labels; the first is the usual one. */
const classificationLosses = {
  single: ['cross-entropy', 'focal'],
  multi: ['binary-cross-entropy', 'sigmoid-focal'],
} as const;
export const classificationLossNames: readonly string[] = Object.values(classificationLosses)
  .flat()
  .sort();
export const classificationLayouts: readonly LossLayout[] = [
  { logits: [1, emotions.length], labels: [1] },
  { logits: [1, emotions.length], targets: [1, emotions.length] },
];

export const contrastiveLossNames: readonly string[] = ['info-nce'];
export const reconstructionLossNames: readonly string[] = [
  'absolute-error',
  'mean-squared-error',
  'modality-squared-error',
  'smooth-l1',
];
const reconstructionLayouts: readonly LossLayout[] = [
  { prediction: [1, inputSize], target: [1, inputSize] },
];
export const gateLossNames: readonly string[] = ['gate-entropy'];
const gateLayouts: readonly LossLayout[] = [{ logits: [1, modalities.length] }];

/** τ of seed 003; the loss's own default is another. */
const usualTemperature = 0.2;
/** Names of the option that holds the weights of the classes, by loss; sigmoid-focal has none. */
const classWeightOptions: Readonly<Record<string, string>> = {
  'binary-cross-entropy': 'class_weights',
  'cross-entropy': 'class_weights',
  focal: 'alpha',
};

/** How reconstructions are compared, as `lossSchema`, with the task's widths where a config leaves `sizes` out. */
export function reconstructionSchema() {
  return namedOptionsSchema(lossChoices(reconstructionLossNames))
    .transform(withModalitySizes)
    .nullable()
    .default(null)
    .superRefine((chosen, context) => {
      const found = chosen ? findLayout(chosen, reconstructionLayouts) : undefined;
      if (found?.ok === false) context.addIssue({ code: 'custom', message: found.error });
    });
}

/** What is wrong with a classification loss for these labels and class weights; undefined for nothing. */
export function classificationProblem(
  chosen: NamedOptions | null,
  labels: LabelKind,
  classWeights: ClassWeights,
): string | undefined {
  const allowed: readonly string[] = classificationLosses[labels];
  const name = chosen?.name ?? classificationLosses[labels][0];
  if (!allowed.includes(name)) {
    return `with labels: ${labels} it must be ${allowed.join(' or ')}, not ${name}`;
  }
  if (classWeights === 'none') return undefined;
  const option = classWeightOptions[name];
  if (option === undefined) {
    return `${name} has no weights of classes; set class_weights: none, or choose binary-cross-entropy`;
  }
  const given = chosen?.options[option] ?? 1;
  return given === 1
    ? undefined
    : `class_weights and the option ${option} of ${name} both weigh the classes; set one of the two`;
}

/**
 * A weight for each class out of how many samples have it. `balanced` weighs each by the inverse of its
 * share, scaled so that the mean is 1: over samples for exclusive labels (scikit-learn's `balanced`,
 * N / (C N_c)), over classes for others, where each class has as many elements as any other.
 */
export function classWeightsOf(
  classWeights: ClassWeights,
  counts: readonly number[],
  labels: LabelKind,
): readonly number[] {
  if (classWeights === 'none') return counts.map(() => 1);
  if (classWeights !== 'balanced') return classWeights;
  const inverse = counts.map((count) => 1 / Math.max(count, 1));
  const means = {
    single: counts.filter((count) => count > 0).length / sum(counts),
    multi: sum(inverse) / counts.length,
  };
  return inverse.map((value) => value / means[labels]);
}

/** What a config says about the loss of the labels. */
interface ClassificationChoice {
  readonly chosen: NamedOptions | null;
  readonly labels: LabelKind;
  /** As `classWeightsOf` gives them; undefined for none. */
  readonly weights: readonly number[] | undefined;
}

/** The loss of `logits` against `labels`, or against `targets` where labels do not exclude each other. */
export function createClassificationLoss(
  tf: Tf,
  { chosen, labels, weights }: ClassificationChoice,
): LossFunction {
  const [usual] = classificationLosses[labels];
  const { name, options } = chosen ?? completed(classificationLossNames, usual);
  const option = classWeightOptions[name];
  const weighted =
    weights !== undefined && option !== undefined ? { ...options, [option]: weights } : options;
  return prepareChosenLoss(tf, { name, options: weighted }, classificationLayouts);
}

/** InfoNCE of `queries` and `keys` in both directions at temperature 0.2, or as the config says. */
export function createContrastiveLoss(
  tf: Tf,
  chosen: NamedOptions | null,
  codeSize: number,
): LossFunction {
  const usual = completed(contrastiveLossNames, 'info-nce');
  const own = { temperature: usualTemperature, direction: 'both' };
  const loss = chosen ?? { ...usual, options: { ...usual.options, ...own } };
  return prepareChosenLoss(tf, loss, [{ queries: [1, codeSize], keys: [1, codeSize] }]);
}

/** The difference of reconstructed features from the given ones; of null the mean squared error. */
export function createReconstructionLoss(tf: Tf, chosen: NamedOptions | null): LossFunction {
  const loss = chosen ?? completed(reconstructionLossNames, 'mean-squared-error');
  return prepareChosenLoss(tf, loss, reconstructionLayouts);
}

/** The regulariser of the gates' logits; of null that no gate closes for the whole batch. */
export function createGateLoss(tf: Tf, chosen: NamedOptions | null): LossFunction {
  return prepareChosenLoss(tf, chosen ?? completed(gateLossNames, 'gate-entropy'), gateLayouts);
}

function completed(names: readonly string[], name: string): NamedOptions {
  return completeOptions(lossChoices(names), name);
}

/** The modalities lie along the features, never along the batch (science.md §4.3). */
function withModalitySizes({ name, options }: NamedOptions): NamedOptions {
  if (name !== 'modality-squared-error' || options.sizes !== null) return { name, options };
  return { name, options: { ...options, sizes: modalities.map(({ size }) => size) } };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
