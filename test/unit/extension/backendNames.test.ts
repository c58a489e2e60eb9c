import { describe, expect, it } from 'vitest';

import { explainBackend } from '../../../server/src/protocol/backendNames.ts';
import { backendOrder } from '../../../server/src/training/backends/chooseBackend.ts';

describe('explainBackend', () => {
  it.each(backendOrder)('says what %s stands for', (name) => {
    expect(explainBackend(name)).toMatch(new RegExp(`^${name} \\(.+\\)$`));
  });

  it.each(['torch', 'toString'])('leaves the name %s alone, which it does not know', (name) => {
    expect(explainBackend(name)).toBe(name);
  });
});
