import { describe, expect, it } from 'vitest';

import { memoryLimitMiB } from '../../../server/src/hostClient/memoryLimit.ts';
import { MemoryWatch } from '../../../server/src/trainHost/memoryWatch.ts';

const mebibyte = 2 ** 20;

describe('MemoryWatch', () => {
  it('stops a run once, and says what it took, where and what to raise', () => {
    let residentMiB = 100;
    let stops = 0;
    const watch = new MemoryWatch({
      limitMiB: 512,
      resident: () => residentMiB * mebibyte,
      stop: () => {
        stops += 1;
      },
    });
    expect(watch.check(3)).toBe(100 * mebibyte);
    expect([stops, watch.reason]).toEqual([0, undefined]);
    residentMiB = 600.5;
    watch.check(4);
    residentMiB = 700;
    watch.check();
    expect(stops).toBe(1);
    expect(watch.reason).toBe(
      'The training took 601 MiB of memory, where 512 MiB are allowed, and was ended after step 4; ' +
        'its metrics are kept. Raise counterweight.memoryLimit, or make the model or its batches smaller.',
    );
  });

  it('speaks of no metrics where there are none', () => {
    const resident = () => 2 ** 40;
    const watch = new MemoryWatch({ limitMiB: 512, resident, stop: () => undefined });
    watch.check();
    expect(watch.reason).toContain('was ended before its first step. Raise');
  });
});

describe('memoryLimitMiB', () => {
  const gibibyte = 2 ** 30;

  it.each([
    ['what is set', 300, { total: 8 * gibibyte, constrained: 0 }, 300],
    ['half of the machine', 0, { total: 8 * gibibyte, constrained: 0 }, 4096],
    ['half of the container', 0, { total: 64 * gibibyte, constrained: 4 * gibibyte }, 2048],
    ['no more than 16 GiB', 0, { total: 256 * gibibyte, constrained: 0 }, 16_384],
    ['the machine under an absurd limit', 0, { total: 8 * gibibyte, constrained: 2 ** 63 }, 4096],
  ])('is %s', (_, setting, machine, expected) => {
    expect(memoryLimitMiB(setting, machine)).toBe(expected);
  });
});
