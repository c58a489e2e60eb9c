import { expect, it, vi } from 'vitest';

import { neverCancelled } from '../../../server/src/base/cancellation.ts';
import { succeed } from '../../../server/src/base/result.ts';
import type { Backend } from '../../../server/src/training/backend.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { createEagerEngine } from '../../../server/src/training/eagerEngine.ts';
import { measureStep } from '../../../server/src/training/measureStep.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { smallConfig } from './support/flowEditSetup.ts';

const compiling = 500;
const stepping = 2;

/** Takes 2 ms a step by the clock, but 500 ms for each set of losses that it has not met yet. */
function compilingBackend(clock: { now: number }, known: Set<string>): Backend {
  return {
    ...cpu,
    async createEngine(tf, spec) {
      const made = await createEagerEngine(tf, spec);
      if (!made.ok) return made;
      const { value: engine } = made;
      const step: typeof engine.step = async (request) => {
        const outcome = await engine.step(request);
        const form = outcome.weights.map((weight) => weight !== 0).join();
        clock.now += known.has(form) ? stepping : compiling;
        known.add(form);
        return outcome;
      };
      return succeed({
        ...{ step, paths: undefined },
        read: (outcomes) => engine.read(outcomes),
        publish: () => engine.publish(),
        snapshot: () => engine.snapshot(),
        hold: () => engine.hold(),
        restore: (snapshot) => engine.restore(snapshot),
        dispose: () => engine.dispose(),
      });
    },
  };
}

it.each([
  ['fixed', ['true,true']],
  ['alternating', ['false,true']],
  ['two-stage', ['true,false']],
  // Whose factor is 0 at the first step.
  ['cosine', ['true,true']],
])('measures a step of %s without what is compiled once for it', async (strategy, forms) => {
  const tf = await cpu.load();
  const before = tf.memory().numTensors;
  const config = smallConfig({ strategy, steps: 4 });
  const clock = { now: 0 };
  const known = new Set<string>();
  const now = vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  try {
    const task = { task: flowEdit, config, plan: flowEdit.plan(config) };
    const backend = compilingBackend(clock, known);
    const measured = await measureStep(backend, tf, task, stepping, neverCancelled);
    expect(measured).toEqual(succeed(stepping));
    expect([...known]).toEqual(forms);
  } finally {
    now.mockRestore();
  }
  expect(tf.memory().numTensors).toBe(before);
});
