import { describe, expect, it } from 'vitest';

import {
  CancellationSource,
  CancelledError,
  neverCancelled,
} from '../../../server/src/base/cancellation.ts';
import { fail, succeed } from '../../../server/src/base/result.ts';
import type {
  Backend,
  BackendAvailability,
  BackendName,
} from '../../../server/src/training/backend.ts';
import {
  type BackendTimes,
  chooseBackend,
} from '../../../server/src/training/backends/chooseBackend.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';

const hardware: BackendAvailability = { available: true, detail: 'works', software: false };
const software: BackendAvailability = { available: true, detail: 'SwiftShader', software: true };
const missing: BackendAvailability = { available: false, reason: 'It is not installed.' };

interface Scene {
  readonly wanted?: string;
  /** Step times by backend; 'fails' for one that breaks while it is measured. */
  readonly times?: Readonly<Record<string, number | 'fails'>>;
  readonly available: Readonly<Partial<Record<BackendName, BackendAvailability>>>;
  readonly cache?: Map<string, BackendTimes>;
}

async function choose({ wanted = 'auto', times = {}, available, cache = new Map() }: Scene) {
  const measured: string[] = [];
  let current = '';
  const tf = await cpu.load();
  const candidates = Object.entries(available).map(
    ([name, availability]): Backend => ({
      name: name as BackendName,
      description: name,
      readback: 'cheap',
      probe: async () => availability,
      load: async () => {
        current = name;
        return tf;
      },
      createEngine: async () => fail('never called'),
      drain: async () => undefined,
    }),
  );
  const result = await chooseBackend(
    {
      ...{ candidates, wanted, key: 'this machine' },
      cache: { read: (key) => cache.get(key), write: (key, entry) => void cache.set(key, entry) },
      measure: async () => {
        measured.push(current);
        const time = times[current];
        return typeof time === 'number' ? succeed(time) : fail('no such kernel');
      },
    },
    neverCancelled,
  );
  return { result, measured, current };
}

function chosen({ result }: Awaited<ReturnType<typeof choose>>): string {
  if (!result.ok) throw new Error(result.error);
  return result.value.backend.name;
}

describe('the choice of a backend', () => {
  it('takes the fastest of what runs here and says why', async () => {
    const choice = await choose({
      available: { cpu: hardware, wasm: hardware, webgpu: missing, 'tfjs-node': software },
      times: { cpu: 40, wasm: 5 },
    });
    expect(chosen(choice)).toBe('wasm');
    expect(choice.current).toBe('wasm');
    expect(choice.measured).toEqual(['wasm', 'cpu']);
    expect(choice.result).toMatchObject({
      value: {
        reason:
          'Fastest of what runs here (measured just now): wasm 5.0 ms a step, cpu 40.0 ms a step.\n' +
          'Not webgpu: It is not installed.\nNot tfjs-node: SwiftShader is a software adapter.',
      },
    });
  });

  it('breaks ties in the order of preference', async () => {
    const available = { cpu: hardware, wasm: hardware, webgpu: hardware };
    expect(chosen(await choose({ available, times: { cpu: 10, wasm: 10.2, webgpu: 10.9 } }))).toBe(
      'webgpu',
    );
    expect(chosen(await choose({ available, times: { cpu: 10, wasm: 10.9, webgpu: 12 } }))).toBe(
      'wasm',
    );
  });

  it('measures once and remembers', async () => {
    const cache = new Map<string, BackendTimes>();
    const scene = {
      available: { cpu: hardware, wasm: hardware },
      times: { cpu: 4, wasm: 8 },
      cache,
    };
    expect(chosen(await choose(scene))).toBe('cpu');
    const again = await choose({ ...scene, times: {} });
    expect(chosen(again)).toBe('cpu');
    expect(again.measured).toEqual([]);
    const more = await choose({ ...scene, available: { ...scene.available, webgpu: missing } });
    expect(more.measured).toEqual([]);
    const other = { ...scene.available, webgpu: hardware };
    expect((await choose({ ...scene, available: other })).measured).toHaveLength(3);
  });

  it('does not measure the only one', async () => {
    const choice = await choose({ available: { wasm: hardware } });
    expect(chosen(choice)).toBe('wasm');
    expect(choice.measured).toEqual([]);
  });

  it('passes over a backend that breaks on the task', async () => {
    const available = { wasm: hardware, cpu: hardware };
    const choice = await choose({ available, times: { wasm: 'fails', cpu: 50 } });
    expect(chosen(choice)).toBe('cpu');
    expect(choice.result).toMatchObject({
      value: { reason: expect.stringContaining('wasm failed') },
    });
  });

  it('uses a software adapter only when it is asked for by name', async () => {
    expect((await choose({ available: { webgpu: software } })).result).toEqual({
      ok: false,
      error: 'No backend can run here.\nNot webgpu: SwiftShader is a software adapter.',
    });
    const forced = await choose({ wanted: 'webgpu', available: { webgpu: software } });
    expect(chosen(forced)).toBe('webgpu');
    expect(forced.result).toMatchObject({
      value: { reason: 'Set by the user (SwiftShader, a software adapter).' },
    });
  });

  it('says why a backend that is asked for cannot run', async () => {
    const available = { cpu: hardware, webgpu: missing };
    expect((await choose({ wanted: 'webgpu', available })).result).toEqual({
      ok: false,
      error: 'The backend webgpu cannot run here. It is not installed.',
    });
    expect((await choose({ wanted: 'cuda', available })).result).toEqual({
      ok: false,
      error: 'There is no backend named cuda. Known are auto, cpu, webgpu.',
    });
  });

  it('can be cancelled', async () => {
    const source = new CancellationSource();
    source.cancel();
    const options = {
      ...{ candidates: [cpu], wanted: 'auto', key: '' },
      cache: { read: () => undefined, write: () => undefined },
      measure: async () => succeed(1),
    };
    await expect(chooseBackend(options, source.token)).rejects.toThrow(CancelledError);
  });
});
