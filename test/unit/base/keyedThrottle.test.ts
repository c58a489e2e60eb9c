import { expect, it } from 'vitest';

import { KeyedThrottle } from '../../../server/src/base/keyedThrottle.ts';
import { ManualClock } from '../../support/manualClock.ts';

it('acts for each key at once, and once more for a thousand requests after it', () => {
  const clock = new ManualClock();
  const acted: string[] = [];
  const throttle = new KeyedThrottle(clock, 40, (key) => acted.push(key));
  for (let count = 0; count < 1000; count += 1) for (const key of ['a', 'b']) throttle.request(key);
  expect(acted).toEqual(['a', 'b']);
  clock.advance(39);
  expect(acted).toHaveLength(2);
  clock.advance(1);
  expect(acted).toEqual(['a', 'b', 'a', 'b']);
  clock.advance(1000);
  expect(acted).toHaveLength(4);
  throttle.request('a');
  expect(acted).toHaveLength(5);
});
