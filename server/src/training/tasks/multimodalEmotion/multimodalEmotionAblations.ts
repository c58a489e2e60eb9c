import type { ReadyAblation } from '../../../model/ablation.ts';

type Variant = ReadyAblation['variants'][number];
type Value = Variant['changes'][number]['value'];

const [classificationWeight, contrastiveWeight, encoderWeight, gateWeight] = [
  'classification_loss_weight',
  'cl_loss_weight',
  'encoder_loss_weight',
  'gate_reg_weight',
] as const;

/** The search space of seed 003, section 6.2. */
const encoderWeights = [0.01, 0.03, 0.05, 0.1];
const contrastiveWeights = [0.1, 0.2, 0.3];
const gateWeights = [0.001, 0.005, 0.01, 0.05];

/** The experiments of seed 003, section 6, and what its section 4.2 recommends. */
export const multimodalEmotionAblations: readonly ReadyAblation[] = [
  {
    name: 'encoder-weight',
    title: 'encoder weight',
    question: 'Which weight of the reconstruction classifies best?',
    variants: encoderWeights.map((weight) => variant({ [encoderWeight]: weight })),
  },
  {
    name: 'contrastive-weight',
    title: 'contrastive weight',
    question: 'Which weight of the contrastive loss classifies best?',
    variants: [0.1, 0.2, 0.3, 0.5].map((weight) => variant({ [contrastiveWeight]: weight })),
  },
  {
    name: 'without-each',
    title: 'without each loss',
    question: 'Which loss does the model need, and what for?',
    variants: [classificationWeight, contrastiveWeight, encoderWeight, gateWeight].map((weight) =>
      variant({ [weight]: 0 }, `without ${weight.replace(/_(?:loss_)?weight$/, '')}`),
    ),
  },
  {
    name: 'squared-or-smooth-l1',
    title: 'mean squared error or smooth L1',
    question:
      'Does reconstructing by smooth L1 classify better, or does its half gradient only halve the weight? The third variant has it at twice the weight.',
    variants: [
      variant({ encoder_loss: 'mean-squared-error', [encoderWeight]: 0.05 }, 'mean squared error'),
      variant({ encoder_loss: 'smooth-l1', [encoderWeight]: 0.05 }, 'smooth L1'),
      variant({ encoder_loss: 'smooth-l1', [encoderWeight]: 0.1 }, 'smooth L1, twice the weight'),
    ],
  },
  {
    name: 'modality-weights',
    title: 'errors by modality',
    question: 'Does it matter whether modalities count alike, or their features do?',
    variants: [
      variant({ encoder_loss: 'mean-squared-error' }, 'each feature alike'),
      variant({ encoder_loss: 'modality-squared-error' }, 'each modality alike'),
    ],
  },
  {
    name: 'likelihood-or-focal',
    title: 'negative log likelihood or focal',
    question: 'What finds the rare emotions: the plain loss, focal loss, or balanced classes?',
    variants: [
      ofLabels('single', 'cross-entropy', 'none'),
      ofLabels('single', 'focal', 'none'),
      ofLabels('single', 'cross-entropy', 'balanced'),
      ofLabels('single', 'focal', 'balanced'),
    ],
  },
  {
    name: 'binary-or-sigmoid-focal',
    title: 'binary cross entropy or sigmoid focal',
    question: 'The same where an utterance may have two emotions.',
    variants: [
      ofLabels('multi', 'binary-cross-entropy', 'none'),
      ofLabels('multi', 'sigmoid-focal', 'none'),
      ofLabels('multi', 'binary-cross-entropy', 'balanced'),
    ],
  },
  {
    name: 'recommended',
    title: 'the recommended configuration',
    question: 'Are lower weights with focal loss and smooth L1 better than what was there before?',
    variants: [
      variant(
        {
          labels: 'single',
          classification_loss: 'cross-entropy',
          encoder_loss: 'mean-squared-error',
          [contrastiveWeight]: 0.2,
          [encoderWeight]: 0.05,
          [gateWeight]: 0.01,
        },
        'before',
      ),
      variant(
        {
          labels: 'single',
          classification_loss: 'focal',
          encoder_loss: 'smooth-l1',
          [contrastiveWeight]: 0.2,
          [encoderWeight]: 0.03,
          [gateWeight]: 0.005,
        },
        'recommended',
      ),
    ],
  },
  {
    name: 'weight-grid',
    title: 'grid of the weights',
    question: 'Which of 48 combinations of the weights of encoder, contrast and gates is best?',
    variants: encoderWeights.flatMap((encoder) =>
      contrastiveWeights.flatMap((contrastive) =>
        gateWeights.map((gate) =>
          variant({
            [encoderWeight]: encoder,
            [contrastiveWeight]: contrastive,
            [gateWeight]: gate,
          }),
        ),
      ),
    ),
  },
];

/** Keys of the config's `loss`, but for `labels`, which stands above it. */
function variant(changes: Readonly<Record<string, Value>>, label?: string): Variant {
  const entries = Object.entries(changes);
  return {
    label: label ?? entries.map(([key, value]) => `${key} ${value}`).join(', '),
    changes: entries.map(([key, value]) => ({
      path: key === 'labels' ? [key] : ['loss', key],
      value,
    })),
  };
}

function ofLabels(labels: string, loss: string, weights: string): Variant {
  const label = weights === 'none' ? loss : `${loss}, ${weights}`;
  return variant({ labels, classification_loss: loss, class_weights: weights }, label);
}
