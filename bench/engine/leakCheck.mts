import { createRandom } from '../../server/src/base/random.ts';
import type { Backend } from '../../server/src/training/backend.ts';
import type { StepEngine, StepSpec } from '../../server/src/training/stepEngine.ts';
import type { Tf } from '../../server/src/training/task.ts';
import { createNetInstance, createNetSpec } from './benchNet.mts';
import { disposeBatch } from './engineRunner.mts';
import { multilayerPerceptron } from './nets/multilayerPerceptron.mts';
import type { Leak } from './results.mts';

const losses = 3;
/** Steps until everything that is made once has been made. */
const warmUpSteps = 2000;

interface Allocated {
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly external: number;
  readonly heap: number;
  readonly resident: number;
}

/** Takes many steps on a small net, every other one a probe, and compares what is allocated. */
export async function checkLeak(backend: Backend, tf: Tf, steps: number): Promise<Leak> {
  const net = multilayerPerceptron('small', 8, [16, 32, 16]);
  const random = createRandom(0, net.name);
  const instance = createNetInstance(tf, net, losses, random);
  const spec = createNetSpec(net, losses, instance, random);
  const created = await backend.createEngine(tf, spec);
  if (!created.ok) throw new Error(created.error);
  const engine = created.value;
  for (let step = 1; step <= warmUpSteps; step += 1) await takeStep(engine, spec, step);
  const before = await allocated(tf);
  for (let step = 1; step <= steps; step += 1) await takeStep(engine, spec, warmUpSteps + step);
  const after = await allocated(tf);
  engine.dispose();
  disposeBatch(spec.example);
  instance.dispose();
  return {
    backend: backend.name,
    steps,
    tensors: { before: before.tensors, after: after.tensors },
    tensorBytes: { before: before.tensorBytes, after: after.tensorBytes },
    external: { before: before.external, after: after.external },
    heap: { before: before.heap, after: after.heap },
    resident: { before: before.resident, after: after.resident },
  };
}

/** As a training run does it: a new batch for each step. */
async function takeStep(engine: StepEngine, spec: StepSpec, step: number): Promise<void> {
  const batch = spec.instance.nextBatch(createRandom(step));
  const outcome = await engine.step({
    step,
    kind: step % 2 === 0 ? 'probe' : 'plain',
    batches: [batch],
    weigh: () => spec.plan.weights,
  });
  await engine.read([outcome]);
  outcome.dispose();
  disposeBatch(batch);
  // A turn of the event loop, as in a training run: finalizers run there.
  await new Promise<void>((resume) => setImmediate(resume));
}

async function allocated(tf: Tf): Promise<Allocated> {
  if (!globalThis.gc) throw new Error('The leak check needs --expose-gc.');
  // What the first collection finalizes, the second frees.
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc();
    await new Promise<void>((resume) => setImmediate(resume));
  }
  const { numTensors, numBytes } = tf.memory();
  const { external, heapUsed, rss } = process.memoryUsage();
  return { tensors: numTensors, tensorBytes: numBytes, external, heap: heapUsed, resident: rss };
}
