import { describeNamed } from '../../namedOptions.ts';
import { planStrategy } from '../../strategyOptions.ts';
import type { TrainingPlan } from '../../task.ts';
import { planTrainingOptions } from '../../trainingOptions.ts';
import type { SemanticVaeFlowConfig } from './semanticConfig.ts';
import { semanticTermNames } from './semanticKeys.ts';

export function planSemanticVaeFlow(config: SemanticVaeFlowConfig): TrainingPlan {
  const { model } = config;
  return {
    seed: config.seed,
    steps: config.steps,
    ...planTrainingOptions(config),
    ...planStrategy(config.strategy, 'fixed'),
    referenceTerm: 'rec',
    terms: semanticTermNames,
    weights: [config.w_dino, config.w_kl, config.w_flow, config.w_rec],
    shape: [
      `batch ${config.batch_size}`,
      `width ${model.width}`,
      `latent ${model.latent}`,
      `prototypes ${model.prototypes}`,
      ...chosenForms(config),
    ].join(', '),
  };
}

/** What the config chose beside the forms that the task has by itself. */
function chosenForms({ flow, kl, latent_scale }: SemanticVaeFlowConfig): readonly string[] {
  return [
    ...(flow.source === 'noise' ? [] : [`source ${flow.source}`]),
    ...(flow.target === 'detached' ? [] : [`target ${flow.target}`]),
    ...(flow.convention === 'forward' ? [] : [`convention ${flow.convention}`]),
    ...(flow.loss ? [`flow loss ${describeNamed(flow.loss)}`] : []),
    ...(kl.from === 'parameters' ? [] : [`kl from ${kl.from}`]),
    ...(kl.free_nats === 0 ? [] : [`free nats ${kl.free_nats}`]),
    ...(latent_scale.value === 1
      ? []
      : [`latents times ${latent_scale.value} with kl ${latent_scale.kl}`]),
  ];
}
