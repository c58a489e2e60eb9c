import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createBackendTimesFile } from '../../../server/src/trainHost/backendTimesFile.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const day = 24 * 3600 * 1000;
let folder: TemporaryWorkspace;

beforeEach(() => {
  folder = new TemporaryWorkspace();
});

afterEach(() => folder[Symbol.dispose]());

describe('the file of measured step times', () => {
  it('keeps entries side by side, and times that stand for a failure', () => {
    const file = createBackendTimesFile(folder.path('cache'), () => 0);
    file.write('a', { stepMs: { cpu: 2, wasm: Number.POSITIVE_INFINITY }, failures: {} });
    file.write('b', { stepMs: { cpu: 3 }, failures: {} });
    const later = createBackendTimesFile(folder.path('cache'), () => day);
    expect(later.read('a')?.stepMs).toEqual({ cpu: 2, wasm: Number.POSITIVE_INFINITY });
    expect(later.read('b')?.stepMs).toEqual({ cpu: 3 });
    expect(later.read('c')).toBeUndefined();
  });

  it('forgets what is older than a month', () => {
    createBackendTimesFile(folder.root, () => 0).write('a', { stepMs: { cpu: 2 }, failures: {} });
    expect(createBackendTimesFile(folder.root, () => 31 * day).read('a')).toBeUndefined();
  });

  it('tries a backend that failed again after a day', () => {
    const times = { stepMs: { cpu: 2 }, failures: { webgpu: 'out of memory' } };
    createBackendTimesFile(folder.root, () => 0).write('a', times);
    expect(createBackendTimesFile(folder.root, () => day - 1).read('a')).toMatchObject(times);
    expect(createBackendTimesFile(folder.root, () => day).read('a')).toBeUndefined();
  });

  it('takes a broken file for an empty one, and does without a folder it cannot write', () => {
    folder.write('backend-times.json', '{"schema": 1, "entr');
    const file = createBackendTimesFile(folder.root, () => 0);
    expect(file.read('a')).toBeUndefined();
    file.write('a', { stepMs: { cpu: 2 }, failures: {} });
    expect(file.read('a')?.stepMs).toEqual({ cpu: 2 });
    const blocked = createBackendTimesFile(folder.path('backend-times.json/x'), () => 0);
    blocked.write('a', { stepMs: { cpu: 2 }, failures: {} });
    expect(blocked.read('a')).toBeUndefined();
  });
});
