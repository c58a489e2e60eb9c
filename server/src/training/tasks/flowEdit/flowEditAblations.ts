import type { ReadyAblation } from '../../../model/ablation.ts';
import { renderWeightPath, velocityWeightPath } from './flowEditConfig.ts';
import { flowMatching } from './flowEditKeys.ts';

type Value = number | string | boolean | null;

function variant(label: string, ...changes: readonly (readonly [readonly string[], Value])[]) {
  return { label, changes: changes.map(([path, value]) => ({ path, value })) };
}

function inEditor(...keys: readonly string[]): readonly string[] {
  return [...flowMatching, ...keys];
}

const mode = inEditor('mode');
const exposure = inEditor('exposure');
const samplerConvention = inEditor('inference', 'convention');
const reconstructor = ['model', 'reconstructor'];
const conflict = ['world', 'conflict'];

/** The experiments on the claims of seeds 000 and 001 (E1 and E2 of science.md §5) and on its traps. */
export const flowEditAblations: readonly ReadyAblation[] = [
  {
    name: 'attached-target',
    title: 'attached target',
    question:
      'Does a trained reconstructor please the velocity loss by making latents alike, if the target is attached (flow/target_var)?',
    metrics: ['flow/target_var', 'flow/nmse'],
    variants: [
      variant('trained', [reconstructor, 'trained'], [inEditor('target'), 'detached']),
      variant('trained, attached', [reconstructor, 'trained'], [inEditor('target'), 'attached']),
    ],
  },
  {
    name: 'conflict',
    title: 'conflict',
    question:
      'Where pictures ask for the edit turned back, do strategies that avoid conflict do better than the sum?',
    variants: [
      variant('conflict', [conflict, 1]),
      ...['pcgrad', 'cagrad', 'upgrad'].map((name) =>
        variant(`conflict, ${name}`, [conflict, 1], [['strategy'], name]),
      ),
    ],
  },
  {
    name: 'inference-mismatch',
    title: 'inference mismatch',
    question: 'Which figures tell that the sampler walks otherwise than was trained (flow/slope)?',
    metrics: ['flow/slope', 'flow/endpt_rmse@32', 'flow/nmse'],
    variants: [
      variant('velocity × 0.7', [inEditor('inference', 'scale'), 0.7]),
      variant('clock reversed', [samplerConvention, 'data-to-noise']),
    ],
  },
  {
    name: 'modes',
    title: 'joint or apart',
    question:
      'Does training both losses at once make better pictures (psnr@8) than apart, with as many steps and with each loss seen as often?',
    metrics: ['psnr@8', 'psnr'],
    variants: [
      variant('detached', [mode, 'detached']),
      variant('two-stage', [mode, 'two-stage'], [exposure, 'steps']),
      variant('two-stage, equal exposure', [mode, 'two-stage'], [exposure, 'equal']),
      variant('alternating', [mode, 'alternating'], [exposure, 'steps']),
      variant('alternating, equal exposure', [mode, 'alternating'], [exposure, 'equal']),
    ],
  },
  {
    name: 'normalised',
    title: 'normalised losses',
    question: 'Does scaling the velocity loss to the value of the render loss help?',
    variants: [variant('normalised', [inEditor('normalize_losses'), true])],
  },
  {
    name: 'render-parts',
    title: 'parts of the render loss',
    question: 'Is each part of the render loss worth having?',
    variants: [
      variant('L2 alone', [inEditor('render_parts', 'perceptual'), 0]),
      variant('with LPIPS', [inEditor('render_parts', 'lpips'), 0.02]),
      variant('without the render loss', [renderWeightPath, 0]),
    ],
  },
  {
    name: 'time-sampling',
    title: 'time sampling',
    // Each arm's flow/nmse and flow/cos are of times drawn as it draws them, so that they cannot tell.
    question:
      'Where on the path is the velocity best learnt (psnr@8, and flow/nmse_t0 … by tenths of the path)?',
    metrics: ['psnr@8', 'flow/endpt_rmse@32', 'flow/nmse_t0', 'flow/nmse_t5', 'flow/nmse_t9'],
    variants: ['cosmap', 'logit-normal', 'mode'].map((name) =>
      variant(name, [inEditor('time_sampling'), name]),
    ),
  },
  {
    name: 'velocity-weight',
    title: 'weight of the velocity loss',
    question: 'Does a velocity_loss_ratio within 0.2–0.8 tell a good weight from a bad one?',
    metrics: ['velocity_loss_ratio', 'psnr@8', 'flow/nmse'],
    variants: [0.001, 0.01, 0.1, 0.3, 3, 10, 1000].map((weight) =>
      variant(`velocity ${weight}`, [velocityWeightPath, weight]),
    ),
  },
];
