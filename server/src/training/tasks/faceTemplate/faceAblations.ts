import type { ReadyAblation } from '../../../model/ablation.ts';

type Variant = ReadyAblation['variants'][number];

/** No strategy, whatever the config has. Changes are made one after the other. */
const noStrategy = { path: ['strategy'], value: null } as const;

/** λ by a strategy of this name, with its own defaults but for these options. */
function byStrategy(
  label: string,
  name: string,
  options: Readonly<Record<string, number | string | boolean>> = {},
): Variant {
  const set = Object.entries({ name, ...options }).map(
    ([key, value]) => ({ path: ['strategy', key], value }) as const,
  );
  return { label, changes: [noStrategy, ...set] };
}

interface Form {
  readonly feature: string;
  readonly weight: number;
  readonly centerWeight?: number;
  readonly guidanceWeight?: number;
}

function inForm(label: string, { feature, weight, centerWeight, guidanceWeight }: Form): Variant {
  return {
    label,
    changes: [
      { path: ['loss', 'feature'], value: feature },
      { path: ['loss', 'feature_loss_weight'], value: weight },
      { path: ['loss', 'center_loss_weight'], value: centerWeight ?? null },
      { path: ['loss', 'guidance_loss_weight'], value: guidanceWeight ?? null },
    ],
  };
}

/** The judge comes first: that F takes a picture says little after training for F. */
const likeness = [
  'face/judge_verification_rate',
  'face/judge_cosine',
  'face/verification_rate',
  'face/cosine',
  'psnr',
] as const;

/** The experiments that seed 002 asks for. */
export const faceAblations: readonly ReadyAblation[] = [
  {
    name: 'without-feature',
    title: 'without the feature loss',
    question:
      'Does the feature loss make faces that are recognised, also by the judge that it never saw, and what does it cost in PSNR?',
    metrics: likeness,
    variants: [
      { label: 'without feature', changes: [{ path: ['loss', 'feature_loss_weight'], value: 0 }] },
    ],
  },
  {
    name: 'feature-forms',
    title: 'forms of the feature loss',
    question:
      'Which form of the feature loss is best, when each has the weight at which its gradient is as long as that of the others?',
    metrics: likeness,
    // Weights: 0.0021 by the norm of each gradient on the trunk, over steps 60 to 300 without a feature loss.
    variants: [
      inForm('L2', { feature: 'mean-squared-error', weight: 0.008 }),
      inForm('cosine', { feature: 'cosine-distance', weight: 0.017 }),
      inForm('angular margin', { feature: 'angular-margin', weight: 0.01 }),
      inForm('CosFace', { feature: 'cosface', weight: 0.0002 }),
      inForm('ArcFace', { feature: 'arcface', weight: 0.00014 }),
      inForm('InfoNCE', { feature: 'info-nce-negatives', weight: 0.004 }),
      inForm('InfoNCE + center', {
        feature: 'info-nce-negatives',
        weight: 0.004,
        centerWeight: 0.016,
      }),
      inForm('angular margin + guidance', {
        feature: 'angular-margin',
        weight: 0.01,
        guidanceWeight: 0.0004,
      }),
    ],
  },
  {
    name: 'feature-schedules',
    title: 'schedules of λ',
    question: 'Does it matter how the weight of the feature loss moves over the training steps?',
    metrics: likeness,
    variants: [
      { label: 'constant', changes: [noStrategy] },
      byStrategy('linear', 'linear', { term: 'feature' }),
      byStrategy('sigmoid', 'sigmoid', { term: 'feature' }),
      byStrategy('staged', 'staged', { term: 'feature' }),
      byStrategy('staged, smooth', 'staged', { term: 'feature', width: 0.05 }),
    ],
  },
  {
    name: 'learnt-weights',
    title: 'learnt weights',
    question:
      'Do learnt weights help, and do the sigmoid weights of the seed switch both losses off?',
    metrics: ['weight/pixel', 'weight/feature', ...likeness],
    variants: [
      byStrategy('Kendall', 'kendall'),
      byStrategy('sigmoid of the seed', 'sigmoid-seed'),
      byStrategy('sigmoid with penalty', 'sigmoid-seed', { penalty: true }),
    ],
  },
  {
    name: 'guidance-scale',
    title: 'guidance of the sampler',
    question:
      'How much guidance makes pictures of the person, and from where on does it only please the network that guides?',
    metrics: likeness,
    variants: [0, 4, 16, 64].map((scale) => ({
      label: `scale ${scale}`,
      changes: [{ path: ['sampler', 'guidance_scale'], value: scale }],
    })),
  },
];
