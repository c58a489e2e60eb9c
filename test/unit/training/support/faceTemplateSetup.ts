import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import { faceTemplate } from '../../../../server/src/training/tasks/faceTemplate/faceTemplate.ts';
import type { FaceTemplateConfig } from '../../../../server/src/training/tasks/faceTemplate/faceTemplateConfig.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';

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

export interface TrainedFaces {
  /** One line of metrics for each step. */
  readonly lines: readonly Readonly<Record<string, number>>[];
  readonly notices: readonly string[];
}

/** Trains to the end on a backend and collects what was written. */
export async function trainFaces(
  backend: Backend,
  config: FaceTemplateConfig,
): Promise<TrainedFaces> {
  const tf = await backend.load();
  const lines: TrainedFaces['lines'][number][] = [];
  const notices: string[] = [];
  await trainingRun(
    {
      tf,
      createEngine: (spec) => backend.createEngine(tf, spec),
      readback: backend.readback,
      task: faceTemplate,
      config,
      plan: faceTemplate.plan(config),
      probeEvery: 1_000_000,
      clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
      write: (text) => {
        for (const line of text.trim().split('\n')) lines.push(JSON.parse(line));
      },
      progress: () => undefined,
      notice: (text) => notices.push(text),
    },
    neverCancelled,
  );
  return { lines, notices };
}
