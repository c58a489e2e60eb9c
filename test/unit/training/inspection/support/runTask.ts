import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { neverCancelled } from '../../../../../server/src/base/cancellation.ts';
import type { Backend } from '../../../../../server/src/training/backend.ts';
import { cpu } from '../../../../../server/src/training/backends/cpu.ts';
import type {
  Batch,
  Buffers,
  Task,
  Tf,
  TrainingPlan,
} from '../../../../../server/src/training/task.ts';
import { trainingRun } from '../../../../../server/src/training/trainingRun.ts';
import { smallPlan } from '../../support/smallTask.ts';

export type Losses = Readonly<Record<string, tfc.Scalar>>;

/** A task of one layer, written by a test: weights [2, 3] and a bias [3], batches x [4, 2]. */
export interface WrittenTask {
  readonly terms: readonly string[];
  losses(tf: Tf, layer: Layer, batch: Batch): Losses;
  /** Changes the batch of a draw; the example that engines are made for is draw 1, step n is draw n + 1. */
  readonly corrupt?: (tf: Tf, batch: Batch, step: number) => Batch;
  readonly weights?: readonly number[];
  readonly buffers?: (tf: Tf) => Buffers;
}

export interface Layer {
  readonly weights: tfc.Variable<tfc.Rank.R2>;
  readonly bias: tfc.Variable;
  /** x W + b. */
  apply(x: tfc.Tensor): tfc.Tensor2D;
}

export interface RunOptions {
  readonly backend?: Backend;
  readonly plan?: Partial<TrainingPlan>;
  readonly readback?: Backend['readback'];
  readonly probeEvery?: number;
}

export interface WrittenRun {
  readonly lines: readonly Readonly<Record<string, number | string>>[];
  readonly notices: readonly { readonly text: string; readonly step: number | undefined }[];
  /** Tensors alive when each step was reported, and after the run less those before it. */
  readonly tensors: readonly number[];
  readonly leaked: number;
}

function createLayer(tf: Tf, values: readonly number[]): Layer & { dispose(): void } {
  const weights = tf.tidy(() => tf.variable(tf.tensor2d([...values], [2, 3])));
  const bias = tf.tidy(() => tf.variable(tf.zeros([3])));
  return {
    weights,
    bias,
    apply: (x) => tf.add(tf.matMul(x as tfc.Tensor2D, weights), bias),
    dispose() {
      weights.dispose();
      bias.dispose();
    },
  };
}

function asTask(written: WrittenTask, plan: TrainingPlan): Task {
  return {
    name: 'written',
    description: 'Written by a test.',
    configSchema: z.unknown(),
    terms: written.terms.map((name) => ({ name, weightPath: [name], description: name })),
    sharedGroup: 'trunk',
    aliases: {},
    plan: () => plan,
    create(tf) {
      const layer = createLayer(tf, written.weights ?? [0.5, -0.25, 1, 0.75, 0.5, -1]);
      const buffers = written.buffers?.(tf);
      let step = -1;
      return {
        groups: [{ name: 'trunk', variables: [layer.weights, layer.bias] }],
        ...(buffers ? { buffers } : {}),
        nextBatch(random) {
          step += 1;
          const x = tf.tensor2d(
            Float32Array.from({ length: 8 }, () => random.normal()),
            [4, 2],
          );
          return written.corrupt?.(tf, { x }, step) ?? { x };
        },
        losses: (batch) => written.losses(tf, layer, batch),
        evaluate: async () => ({}),
        dispose() {
          layer.dispose();
          for (const variable of buffers?.variables ?? []) variable.dispose();
        },
      };
    },
  };
}

/** Trains a written task and collects what the run said. */
export async function runTask(written: WrittenTask, options: RunOptions = {}): Promise<WrittenRun> {
  const { backend = cpu, readback = backend.readback, probeEvery = 1_000_000 } = options;
  const tf = await backend.load();
  const { terms } = written;
  const plan: TrainingPlan = {
    ...{
      ...smallPlan,
      terms,
      steps: 6,
      weights: terms.map(() => 1),
      referenceTerm: terms[0] ?? '',
    },
    ...options.plan,
  };
  const lines: WrittenRun['lines'][number][] = [];
  const notices: WrittenRun['notices'][number][] = [];
  const tensors: number[] = [];
  const before = tf.memory().numTensors;
  await trainingRun(
    {
      ...{ tf, readback, plan, probeEvery, config: undefined },
      task: asTask(written, plan),
      createEngine: (spec) => backend.createEngine(tf, spec),
      clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
      write: (text) => {
        for (const line of text.trim().split('\n')) lines.push(JSON.parse(line));
      },
      progress: () => tensors.push(tf.memory().numTensors),
      notice: (text, step) => notices.push({ text, step }),
    },
    neverCancelled,
  );
  return { lines, notices, tensors, leaked: tf.memory().numTensors - before };
}
