import type { Backend } from '../../../../server/src/training/backend.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import type { MultimodalEmotionConfig } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionConfig.ts';
import { type TrainedToEnd, trainToEnd } from './trainToEnd.ts';

/** What a test sets of the config, as a file would; the rest is small enough to be quick. */
export function smallEmotionConfig(
  given: Readonly<Record<string, unknown>> = {},
): MultimodalEmotionConfig {
  return multimodalEmotion.configSchema.parse({
    task: 'multimodal-emotion',
    seed: 7,
    steps: 8,
    batch_size: 12,
    model: { width: 8, feature_size: 5, code_size: 4 },
    ...given,
  });
}

/** Trains to the end on a backend and collects what was written. */
export function trainEmotion(
  backend: Backend,
  config: MultimodalEmotionConfig,
): Promise<TrainedToEnd> {
  return trainToEnd(multimodalEmotion, backend, config);
}
