import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import {
  type SemanticVaeFlowConfig,
  semanticVaeFlowConfigSchema,
} from '../../../../server/src/training/tasks/semanticVaeFlow/semanticConfig.ts';
import { semanticVaeFlow } from '../../../../server/src/training/tasks/semanticVaeFlow/semanticVaeFlow.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';

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

export interface TrainedSemantics {
  /** One line of metrics for each step. */
  readonly lines: readonly Readonly<Record<string, number>>[];
  readonly notices: readonly string[];
}

/** Trains to the end on a backend and collects what was written. */
export async function trainSemantics(
  backend: Backend,
  config: SemanticVaeFlowConfig,
): Promise<TrainedSemantics> {
  const tf = await backend.load();
  const lines: TrainedSemantics['lines'][number][] = [];
  const notices: string[] = [];
  await trainingRun(
    {
      tf,
      createEngine: (spec) => backend.createEngine(tf, spec),
      readback: backend.readback,
      task: semanticVaeFlow,
      config,
      plan: semanticVaeFlow.plan(config),
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
