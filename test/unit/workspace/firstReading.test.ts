import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { FirstReading } from '../../../server/src/workspace/firstReading.ts';

const uri = 'file:///w/train.py';
const path = '/w/train.py';

/** A program of some 4,000 lines that sets one weight. */
function program(weight: number): string {
  const body = Array.from(
    { length: 2000 },
    (_, at) => `def step_${at}(x):\n    return x * ${at} + 1\n`,
  );
  return `kl_weight = ${weight}\n${body.join('')}`;
}

test('a short text is there at once', () => {
  const file = new FirstReading().read(uri, path, 'kl_weight = 0.5\n');
  expect(file).toMatchObject({ terms: [{ name: 'kl', weight: 0.5 }] });
});

test('while a long program is read, others get their turn', async () => {
  let turns = 0;
  let isDone = false;
  const reading = Promise.resolve(new FirstReading().read(uri, path, program(0.5))).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await setImmediate();
    turns += 1;
  }
  expect(await reading).toMatchObject({ terms: [{ name: 'kl', weight: 0.5 }] });
  expect(turns).toBeGreaterThan(2);
});

test('the version before is given up for a newer one, and both for a file that was closed', async () => {
  const first = new FirstReading();
  const older = first.read(uri, path, program(0.5));
  const newer = first.read(uri, path, program(0.25));
  expect(await older).toBeUndefined();
  expect(await newer).toMatchObject({ terms: [{ weight: 0.25 }] });
  const closed = first.read(uri, path, program(0.5));
  first.cancel(uri);
  expect(await closed).toBeUndefined();
});
