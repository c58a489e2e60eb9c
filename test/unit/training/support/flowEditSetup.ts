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
  /** More keys of flow_matching. */
  readonly flow?: Readonly<Record<string, unknown>>;
  readonly reconstructor?: 'frozen' | 'trained';
  readonly world?: Readonly<Record<string, number>>;
  readonly strategy?: unknown;
  readonly batchSize?: number;
  readonly width?: number;
}

const usual = {
  velocityWeight: 1,
  renderWeight: 0.5,
  normalize: false,
  optimizer: 'adam',
  learningRate: 0.002,
  steps: 30,
  timeSampling: 'uniform',
  velocityLoss: null,
  renderLoss: null,
  reconstructor: 'frozen',
  world: {},
  strategy: null,
  batchSize: 16,
  width: 12,
} as const;

export function smallConfig(small: SmallConfig = {}) {
  const chosen = { ...usual, ...small };
  return flowEdit.configSchema.parse({
    task: 'flow-edit',
    seed: 7,
    steps: chosen.steps,
    batch_size: chosen.batchSize,
    optimizer: { name: chosen.optimizer, learning_rate: chosen.learningRate },
    strategy: chosen.strategy,
    world: chosen.world,
    model: {
      reconstructor: chosen.reconstructor,
      transformer: {
        editor: {
          width: chosen.width,
          flow_matching: {
            velocity_loss_weight: chosen.velocityWeight,
            render_loss_weight: chosen.renderWeight,
            normalize_losses: chosen.normalize,
            time_sampling: chosen.timeSampling,
            velocity_loss: chosen.velocityLoss,
            render_loss: chosen.renderLoss,
            ...chosen.flow,
          },
        },
      },
      renderer: { width: chosen.width },
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
