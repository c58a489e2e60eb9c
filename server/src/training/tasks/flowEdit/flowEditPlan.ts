import { byName } from '../../byName.ts';
import { describeNamed } from '../../namedOptions.ts';
import { strategies } from '../../strategies/registry.ts';
import { planStrategy } from '../../strategyOptions.ts';
import type { TrainingPlan } from '../../task.ts';
import { planTrainingOptions } from '../../trainingOptions.ts';
import { type FlowEditConfig, flowEditTerms } from './flowEditKeys.ts';
import { modeOf } from './flowEditModes.ts';

/** What the training loop takes from a config. */
export function planFlowEdit(config: FlowEditConfig): TrainingPlan {
  const { editor } = config.model.transformer;
  const { mode, exposure, normalize_losses, ...flow } = editor.flow_matching;
  const otherwise = modeOf(mode).strategy ?? (normalize_losses ? 'normalised' : 'fixed');
  const strategy = planStrategy(config.strategy, otherwise);
  const { alternates = false } = byName(strategies, strategy.strategy);
  const isDoubled = exposure === 'equal' && alternates;
  return {
    seed: config.seed,
    steps: isDoubled ? flowEditTerms.length * config.steps : config.steps,
    ...planTrainingOptions(config),
    ...strategy,
    referenceTerm: 'render',
    terms: flowEditTerms,
    weights: [flow.velocity_loss_weight, flow.render_loss_weight],
    shape: [
      `batch ${config.batch_size}`,
      `editor ${editor.width}`,
      `renderer ${config.model.renderer.width}`,
      ...chosenForms(config),
    ].join(', '),
  };
}

/** What the config chose beside the forms that the task has by itself. */
function chosenForms({ model, world }: FlowEditConfig): readonly string[] {
  const { flow_matching: flow } = model.transformer.editor;
  const { velocity_loss, render_loss, render_parts, time_sampling, path, inference } = flow;
  const forms: readonly (readonly [words: string, chosen: unknown, own: unknown])[] = [
    ['velocity loss', velocity_loss && describeNamed(velocity_loss), null],
    ['render loss', render_loss && describeNamed(render_loss), null],
    ['render parts', JSON.stringify(render_parts), '{"l2":1,"perceptual":0.1,"lpips":0}'],
    ['times', describeNamed(time_sampling), 'uniform'],
    ['mode', flow.mode, 'joint'],
    ['target', flow.target, 'detached'],
    ['path', path.convention, 'noise-to-data'],
    ['time scale', path.time_scale, 1],
    ['sampler', inference.convention, null],
    ['sampler scale', inference.scale, 1],
    ['reconstructor', model.reconstructor, 'frozen'],
    ['conflict', world.conflict, 0],
    ['anisotropy', world.renderer_anisotropy, 1.5],
  ];
  return forms.flatMap(([words, chosen, own]) => (chosen === own ? [] : [`${words} ${chosen}`]));
}
