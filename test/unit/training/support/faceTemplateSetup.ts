import type { Backend } from '../../../../server/src/training/backend.ts';
import { faceTemplate } from '../../../../server/src/training/tasks/faceTemplate/faceTemplate.ts';
import type { FaceTemplateConfig } from '../../../../server/src/training/tasks/faceTemplate/faceTemplateConfig.ts';
import { type TrainedToEnd, trainToEnd } from './trainToEnd.ts';

/** What a test sets of the config, as a file would; the rest is small enough to be quick. */
export function smallFaceConfig(given: Readonly<Record<string, unknown>> = {}): FaceTemplateConfig {
  return faceTemplate.configSchema.parse({
    task: 'face-template',
    seed: 7,
    steps: 6,
    batch_size: 6,
    negatives: 2,
    model: { width: 8 },
    sampler: { steps: 3 },
    ...given,
  });
}

/** Trains to the end on a backend and collects what was written. */
export function trainFaces(backend: Backend, config: FaceTemplateConfig): Promise<TrainedToEnd> {
  return trainToEnd(faceTemplate, backend, config);
}
