import { neverCancelled } from '../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../server/src/training/backend.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Checkpoint } from '../../../../server/src/training/checkpoint.ts';
import type { Task, Tf } from '../../../../server/src/training/task.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { trainingRun } from '../../../../server/src/training/trainingRun.ts';

/** What a test sets of the flow-edit config; the rest is small enough to be quick. */
export interface SmallConfig {
  readonly velocityWeight?: number;
  readonly renderWeight?: number;
  readonly normalize?: boolean;
  readonly optimizer?: 'adam' | 'sgd';
  readonly learningRate?: number;
  readonly steps?: number;
  readonly timeSampling?: unknown;
  readonly velocityLoss?: unknown;
  readonly renderLoss?: unknown;
}

export function smallConfig(small: SmallConfig = {}) {
  return flowEdit.configSchema.parse({
    task: 'flow-edit',
    seed: 7,
    steps: small.steps ?? 30,
    batch_size: 16,
    optimizer: { name: small.optimizer ?? 'adam', learning_rate: small.learningRate ?? 0.002 },
    model: {
      transformer: {
        editor: {
          width: 12,
          flow_matching: {
            velocity_loss_weight: small.velocityWeight ?? 1,
            render_loss_weight: small.renderWeight ?? 0.5,
            normalize_losses: small.normalize ?? false,
            time_sampling: small.timeSampling ?? 'uniform',
            velocity_loss: small.velocityLoss ?? null,
            render_loss: small.renderLoss ?? null,
          },
        },
      },
      renderer: { width: 12 },
    },
  });
}

export interface TrainedRun {
  readonly lines: readonly Readonly<Record<string, number | string>>[];
  /** Tensors alive when each step was reported. */
  readonly tensors: readonly number[];
  readonly notices: readonly string[];
  readonly checkpoints: readonly Checkpoint[];
}

export interface TrainOptions {
  readonly backend?: Backend;
  readonly probeEvery?: number;
  readonly readback?: Backend['readback'];
  readonly wrap?: (task: Task) => Task;
  readonly checkpointEvery?: number;
  readonly resumeFrom?: Checkpoint;
}

/** Trains flow-edit on a backend and collects what it wrote. */
export async function trainSmall(
  small: SmallConfig,
  {
    backend = cpu,
    probeEvery = 10,
    readback = 'cheap',
    wrap = (task) => task,
    checkpointEvery = 0,
    resumeFrom,
  }: TrainOptions = {},
): Promise<TrainedRun> {
  const tf: Tf = await backend.load();
  const config = smallConfig(small);
  const lines: TrainedRun['lines'][number][] = [];
  const tensors: number[] = [];
  const notices: string[] = [];
  const checkpoints: Checkpoint[] = [];
  await trainingRun(
    {
      tf,
      createEngine: (spec) => backend.createEngine(tf, spec),
      readback,
      task: wrap(flowEdit),
      config,
      plan: flowEdit.plan(config),
      probeEvery,
      clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
      write: (text) => {
        for (const line of text.trim().split('\n')) lines.push(JSON.parse(line));
      },
      progress: () => tensors.push(tf.memory().numTensors),
      notice: (text) => notices.push(text),
      checkpointEvery,
      checkpoint: (checkpoint) => checkpoints.push(checkpoint),
      resumeFrom,
    },
    neverCancelled,
  );
  return { lines, tensors, notices, checkpoints };
}
