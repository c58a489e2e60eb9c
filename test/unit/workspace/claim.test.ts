import { utimesSync } from 'node:fs';
import { hostname } from 'node:os';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  claimState,
  releaseClaim,
  renewClaim,
  takeClaim,
} from '../../../server/src/workspace/claim.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { thisProcess } from '../../../server/src/workspace/owner.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const files = createDiskFiles();
const now = Date.now();
/** Above the highest process id that Linux gives. */
const nobody = 2 ** 22 + 1;

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({ 'ablation.json': '{}' });
});
afterEach(() => folder[Symbol.dispose]());

const take = () => takeClaim(files, folder.root, now);
const state = (at = now) => claimState(files, folder.root, at);
const ownedBy = (owner: object, more: object = {}) =>
  folder.write('owner.1.json', JSON.stringify({ owner, ...more }));

describe('a claim on a folder', () => {
  test('is given to one of many who ask at once, and to nobody after', async () => {
    expect(await state()).toBe('never');
    const claims = await Promise.all(Array.from({ length: 30 }, take));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await take()).toBeUndefined();
    expect(await state()).toBe('held');
  });

  test('passes on when it is released, once', async () => {
    const claim = await take();
    if (!claim) throw new Error('not taken');
    await renewClaim(files, claim);
    expect(await take()).toBeUndefined();
    await releaseClaim(files, claim);
    expect(await state()).toBe('free');
    const claims = await Promise.all(Array.from({ length: 30 }, take));
    expect(claims.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test('passes on when its owner is gone, or was another process of the same id', async () => {
    ownedBy({ pid: nobody, host: hostname() });
    expect(await state()).toBe('free');
    ownedBy({ ...thisProcess(), started: 'long ago' });
    expect(await state()).toBe('free');
    expect(await take()).toEqual({ path: folder.path('owner.2.json') });
  });

  test('of another machine is held for as long as it gives signs of life', async () => {
    ownedBy({ pid: process.pid, host: 'another.machine' });
    utimesSync(folder.path('owner.1.json'), now / 1000, now / 1000);
    expect(await state(now + 60_000)).toBe('held');
    expect(await state(now + 600_000)).toBe('free');
  });

  test('by an id alone is held for as long as it gives signs of life: ids are used again', async () => {
    ownedBy({ pid: process.pid, host: hostname() });
    utimesSync(folder.path('owner.1.json'), now / 1000, now / 1000);
    expect(await state(now + 60_000)).toBe('held');
    expect(await state(now + 600_000)).toBe('free');
  });

  test('that may not be read is held for as long as it is renewed', async () => {
    ownedBy(thisProcess());
    utimesSync(folder.path('owner.1.json'), now / 1000, now / 1000);
    const closed = { ...files, readText: async () => undefined };
    expect(await claimState(closed, folder.root, now + 60_000)).toBe('held');
    expect(await takeClaim(closed, folder.root, now + 60_000)).toBeUndefined();
    expect(await claimState(closed, folder.root, now + 600_000)).toBe('free');
  });

  test('that is cut short is held for a moment: its owner may be writing it', async () => {
    folder.write('owner.1.json', '{"owner":');
    utimesSync(folder.path('owner.1.json'), now / 1000, now / 1000);
    expect(await state(now + 1000)).toBe('held');
    expect(await state(now + 60_000)).toBe('free');
  });

  test('is what the highest number says, and ten comes after nine', async () => {
    for (let count = 1; count <= 10; count += 1) {
      const claim = await take();
      if (!claim) throw new Error(`not taken at ${count}`);
      await releaseClaim(files, claim);
    }
    expect(await take()).toEqual({ path: folder.path('owner.11.json') });
    expect(await state()).toBe('held');
  });
});
