import { describe, expect, it } from 'vitest';

import { type Cell, cadences, type Leak, type Results } from '../../../bench/engine/results.mts';
import { ratioAtCadence, summarize } from '../../../bench/engine/statistics.mts';
import { bestBackend, judge, probeLimit } from '../../../bench/engine/verdicts.mts';

interface CellSketch {
  readonly backend: string;
  readonly net: string;
  readonly losses: number;
  readonly plainMs: number;
  readonly probe: number;
  readonly toTorch: number;
}

const good: CellSketch = {
  ...{ backend: 'compiled-cpu', net: 'mlp', losses: 3, plainMs: 2, probe: 2, toTorch: 0.8 },
};

function cell(sketch: Partial<CellSketch>): Cell {
  const { backend, net, losses, plainMs, probe, toTorch } = { ...good, ...sketch };
  const torchMs = plainMs / toTorch;
  return {
    ...{ backend, net, losses },
    plain: summarize([plainMs]),
    loops: cadences.map((cadence) => ({
      cadence,
      ratio: summarize([ratioAtCadence(probe, cadence)]),
      measured: true,
    })),
    torch: {
      plain: summarize([torchMs]),
      handMade: summarize([2.4]),
      shared: summarize([2]),
      plainRatios: [toTorch],
      probeToHandMade: [(probe * plainMs) / (2.4 * torchMs)],
    },
  };
}

function leak(after: Partial<Record<'tensors' | 'tensorBytes' | 'external', number>>): Leak {
  const change = (value: number | undefined): { before: number; after: number } => ({
    before: 100,
    after: value ?? 100,
  });
  return {
    ...{ backend: 'wasm', steps: 10_000, heap: change(undefined), resident: change(undefined) },
    tensors: change(after.tensors),
    tensorBytes: change(after.tensorBytes),
    external: change(after.external),
  };
}

function results(found: Partial<Results>): Results {
  return {
    ...{ backends: [], torch: undefined, cells: [], leaks: [], start: undefined, missing: [] },
    ...found,
  };
}

/** Statuses in the order of the targets. */
function statuses(found: Partial<Results>): readonly string[] {
  return judge(results(found)).map(({ status }) => status);
}

const allNets = ['mlp', 'transformer', 'conv'].map((net) => cell({ net }));

describe('verdicts of the benchmark', () => {
  it('are met where every figure is good, and silent where nothing was measured', () => {
    const start = { backend: 'compiled-cpu', milliseconds: [600, 700, 5000] };
    expect(statuses({ cells: allNets, leaks: [leak({})], start })).toEqual(Array(6).fill('met'));
    expect(statuses({})).toEqual(Array(6).fill('not judged'));
  });

  it('take the fastest backend of the processor, net by net, and no other', () => {
    const cells = [
      cell({ plainMs: 3 }),
      cell({ backend: 'wasm', plainMs: 2, toTorch: 1.2 }),
      cell({ backend: 'webgpu', plainMs: 1, toTorch: 0.1 }),
    ];
    expect(bestBackend(cells, 'mlp')).toBe('wasm');
    expect(bestBackend(cells, 'conv')).toBeUndefined();
    expect(judge(results({ cells }))[0]).toMatchObject({
      status: 'missed',
      figures: '**mlp 1.20× (1.20–1.20, n = 1) on wasm, limit 1.0×**',
    });
  });

  it('hold the plain step to its limit to the last digit', () => {
    const at = (net: string, toTorch: number): string | undefined =>
      statuses({ cells: [...allNets.filter((own) => own.net !== net), cell({ net, toTorch })] })[0];
    expect([at('mlp', 1), at('mlp', 1.001)]).toEqual(['met', 'missed']);
    expect([at('conv', 2), at('conv', 2.001)]).toEqual(['met', 'missed']);
    expect(statuses({ cells: [cell({})] })[0]).toBe('not judged');
  });

  it('hold probes to 1.05 × (1+2K)/3 and to three per cent at every 50 steps', () => {
    expect(probeLimit(3)).toBeCloseTo(2.45, 12);
    expect(statuses({ cells: [cell({ probe: 2.45 }), cell({ probe: 2.46 })] })[1]).toBe('missed');
    expect(statuses({ cells: [cell({ probe: 2.45 })] })[3]).toBe('met');
    expect(statuses({ cells: [cell({ losses: 8, probe: 4 })] }).slice(1, 4)).toEqual([
      'met',
      'not judged',
      'missed',
    ]);
  });

  it('hold a real GPU to the probe limit, and let a software adapter be', () => {
    const cells = [...allNets, cell({ backend: 'webgpu', plainMs: 9, probe: 3 })];
    const adapter = { type: 'backend', backend: 'webgpu', detail: 'an adapter' } as const;
    expect(statuses({ cells, backends: [{ ...adapter, software: true }] })[1]).toBe('met');
    expect(statuses({ cells, backends: [{ ...adapter, software: false }] })[1]).toBe('missed');
  });

  it('ask the probe of three losses to be faster than the hand-made loop', () => {
    const slow = cell({ net: 'transformer', probe: 2.4, toTorch: 1.01 });
    expect(statuses({ cells: [cell({}), slow] })[2]).toBe('missed');
  });

  it('see a lost tensor, a lost byte, and memory that grows outside the heap', () => {
    const of = (found: Leak): string | undefined => statuses({ leaks: [found] })[4];
    expect(of(leak({ external: 100 + 1024 * 1024 }))).toBe('met');
    expect(of(leak({ external: 101 + 1024 * 1024 }))).toBe('missed');
    expect(of(leak({ tensors: 101 }))).toBe('missed');
    expect(of(leak({ tensorBytes: 104 }))).toBe('missed');
    expect(of({ ...leak({}), steps: 1000 })).toBe('not judged');
  });

  it('judge the start by its median and show the worst', () => {
    const start = { backend: 'wasm', milliseconds: [1400, 1501, 1502] };
    expect(judge(results({ start }))[5]).toMatchObject({
      status: 'missed',
      figures: '**median 1.50 s, most 1.50 s, n = 3, wasm**',
    });
  });
});
