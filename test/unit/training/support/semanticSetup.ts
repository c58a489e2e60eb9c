import type { Backend } from '../../../../server/src/training/backend.ts';
import {
  type SemanticVaeFlowConfig,
  semanticVaeFlowConfigSchema,
} from '../../../../server/src/training/tasks/semanticVaeFlow/semanticConfig.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import { type TrainedToEnd, trainToEnd } from './trainToEnd.ts';

/** What a test sets of the config, as a file would; the rest is small enough to be quick. */
export function smallSemanticConfig(
  given: Readonly<Record<string, unknown>> = {},
): SemanticVaeFlowConfig {
  return semanticVaeFlowConfigSchema.parse({
    task: 'semantic-vae-flow',
    seed: 7,
    steps: 6,
    batch_size: 12,
    model: { width: 8, latent: 4, prototypes: 6 },
    ...given,
  });
}

/** Trains to the end on a backend and collects what was written. */
export function trainSemantics(
  backend: Backend,
  config: SemanticVaeFlowConfig,
): Promise<TrainedToEnd> {
  return trainToEnd(semanticVaeFlow, backend, config);
}
