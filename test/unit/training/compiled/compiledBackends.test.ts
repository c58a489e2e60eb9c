import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { compiledCpu } from '../../../../server/src/training/backends/compiledCpu.ts';
import { compiledCuda } from '../../../../server/src/training/backends/compiledCuda.ts';
import { compiledWebgpu } from '../../../../server/src/training/backends/compiledWebgpu.ts';
import { createStepSpec, disposeBatch } from '../../../../server/src/training/stepSpec.ts';
import { flowEdit } from '../../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { smallConfig } from '../support/flowEditSetup.ts';

describe('the compiled backends', () => {
  it('run on the CPU wherever ONNX Runtime does', async () => {
    expect(await compiledCpu.probe()).toEqual({
      available: true,
      detail: expect.stringMatching(/^ONNX Runtime \d+\.\d+\.\d+ on the CPU$/),
      software: false,
    });
    const tf = await compiledCpu.load();
    const config = smallConfig();
    const instance = flowEdit.create(tf, config, createRandom(7, 'parameters'));
    const spec = createStepSpec(flowEdit, flowEdit.plan(config), instance);
    const engine = await compiledCpu.createEngine(tf, spec);
    expect(engine).toMatchObject({ ok: true });
    if (engine.ok) engine.value.dispose();
    disposeBatch(spec.example);
    instance.dispose();
    await compiledCpu.drain(tf);
  });

  it.each([compiledCuda, compiledWebgpu])(
    'say whether $name runs here, or why not',
    async (backend) => {
      const probed = await backend.probe();
      const text = probed.available ? probed.detail : probed.reason;
      expect(text.length).toBeGreaterThan(3);
      expect(text).not.toMatch(/undefined|\[object/);
    },
  );
});
