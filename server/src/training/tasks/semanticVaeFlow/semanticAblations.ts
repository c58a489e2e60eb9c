import type { ReadyAblation } from '../../../model/ablation.ts';

type Value = number | string | boolean;

function variant(label: string, ...changes: readonly (readonly [string, Value])[]) {
  return { label, changes: changes.map(([path, value]) => ({ path: path.split('.'), value })) };
}

/** Only this loss, as long as seed 004 asks for, with looks at how its figures change on the way. */
function only(term: string, question: string, metrics: readonly string[]): ReadyAblation {
  const weights = ['w_dino', 'w_kl', 'w_flow', 'w_rec'].filter((key) => key !== `w_${term}`);
  const changes = weights.map((key) => [key, 0] as const);
  return {
    name: `only-${term}`,
    title: `only ${term}`,
    question,
    metrics,
    steps: 200,
    variants: [variant(`only ${term}`, ...changes, ['evaluate_every', 20])],
  };
}

/** The quick experiments of seed 004, and those on its traps; E3 and E4 of science.md §5. */
export const semanticAblations: readonly ReadyAblation[] = [
  {
    name: 'attached-target',
    title: 'attached target',
    question:
      'Does the encoder please the flow by making latents easy to hit, if the target is attached (flow/target_var)?',
    metrics: ['flow/target_var', 'latent/train_std', 'flow/nmse'],
    variants: [variant('attached', ['flow.target', 'attached'])],
  },
  {
    name: 'inference-mismatch',
    title: 'inference mismatch',
    question: 'Which figures tell that inference uses another formula than training (flow/slope)?',
    metrics: ['flow/slope', 'flow/endpt_rmse@64', 'flow/nmse'],
    variants: [
      variant('velocity × 0.7', ['flow.inference.scale', 0.7]),
      variant('time reversed', ['flow.inference.convention', 'sigma']),
    ],
  },
  {
    name: 'kl-from-samples',
    title: 'kl from samples',
    question: 'What shows that the KL was computed of sampled z (std/mean at 0.71 instead of 1)?',
    metrics: ['std/mean', 'z_init/aggregate_var', 'mu/abs_mean'],
    variants: [variant('of samples', ['kl.from', 'samples'])],
  },
  {
    name: 'kl-too-strong',
    title: 'kl too strong',
    question:
      'Does the posterior collapse into the prior: no active units, and no reconstruction from its samples?',
    metrics: ['mu/active_units', 'rec/shuffled_ratio', 'kl/collapsed_share', 'std/mean'],
    variants: [variant('w_kl 1', ['w_kl', 1]), variant('w_kl 10', ['w_kl', 10])],
  },
  {
    name: 'latent-scale',
    title: 'latent scale',
    question: 'What shows that the scale of the latents is used in the wrong place?',
    metrics: ['latent/train_std', 'latent/inference_std', 'flow/slope', 'std/mean'],
    variants: [
      variant('0.18215', ['latent_scale.value', 0.18215]),
      variant(
        '0.18215, wrong KL',
        ['latent_scale.value', 0.18215],
        ['latent_scale.kl', 'wrong-scaled'],
      ),
      variant(
        '0.18215, missing at inference',
        ['latent_scale.value', 0.18215],
        ['latent_scale.inference', 'missing'],
      ),
    ],
  },
  only('dino', 'Does the agreement of views alone train the trunk, without collapse (ent/…)?', [
    'ent/teacher',
    'ent/student',
    'ent/teacher_marginal',
    'feat/std',
  ]),
  only(
    'flow',
    'Do flow/cos and flow/nmse improve in 200 steps of flow alone? The paired flow/endpt_rmse@64 need not: from noise, a start does not determine its end.',
    ['flow/cos', 'flow/nmse', 'flow/endpt_rmse@64'],
  ),
  only('kl', 'Does KL alone bring every latent to the prior (mu/abs_mean to 0, std/mean to 1)?', [
    'mu/abs_mean',
    'std/mean',
    'logvar/mean',
  ]),
  {
    name: 'shuffled-dino',
    title: 'shuffled DINO views',
    question: 'Does DINO use that its two views are of one sample (dino/cond_gain)?',
    metrics: ['dino/cond_gain', 'ent/teacher', 'feat/std'],
    variants: [variant('shuffled', ['condition.shuffle_dino', true])],
  },
  {
    name: 'shuffled-flow',
    title: 'shuffled flow condition',
    question: 'Does the velocity use its condition (flow/cond_gain_cos with flow/cond_gain_t)?',
    metrics: ['flow/cond_gain_cos', 'flow/cond_gain_t', 'flow/nmse'],
    variants: [
      variant('shuffled', ['condition.shuffle_flow', true]),
      variant('useless', ['condition.dependence', 0]),
    ],
  },
  {
    name: 'without-kl',
    title: 'without kl',
    question: 'Is KL working: without it, do μ grow and σ shrink towards 0?',
    metrics: ['mu/abs_mean', 'std/mean', 'z_init/aggregate_var', 'kl/dim_max'],
    variants: [variant('without kl', ['w_kl', 0])],
  },
];
