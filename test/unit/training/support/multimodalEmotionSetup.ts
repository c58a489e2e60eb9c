import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import { multimodalEmotion } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotion.ts';
import type { MultimodalEmotionConfig } from '../../../../server/src/training/tasks/multimodalEmotion/multimodalEmotionConfig.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';

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

interface TrainedEmotion {
  /** One line of metrics for each step. */
  readonly lines: readonly Readonly<Record<string, number>>[];
  readonly notices: readonly string[];
}

/** Trains to the end on a backend and collects what was written. */
export async function trainEmotion(
  backend: Backend,
  config: MultimodalEmotionConfig,
): Promise<TrainedEmotion> {
  const tf = await backend.load();
  const lines: TrainedEmotion['lines'][number][] = [];
  const notices: string[] = [];
  await trainingRun(
    {
      tf,
      createEngine: (spec) => backend.createEngine(tf, spec),
      readback: backend.readback,
      task: multimodalEmotion,
      config,
      plan: multimodalEmotion.plan(config),
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
