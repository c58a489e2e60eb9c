import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { liftNumbers } from '../support/liftNumbers.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'lift');
const files = readdirSync(folder).filter((name) => name.endsWith('.py'));

function run(program: string): string {
  return execFileSync('python3', ['-'], { input: program, encoding: 'utf8' });
}

describe('a program prints the same, to the last bit, when its weights are options', () => {
  test.each(files)('%s', (file) => {
    const program = readFileSync(join(folder, file), 'utf8');
    const lifted = liftNumbers(program);
    expect(lifted.titles).not.toEqual([]);
    const before = run(program);
    expect(before).toMatch(/\d\.\d/);
    expect(run(lifted.text)).toBe(before);
    const windows = program.replaceAll('\n', '\r\n');
    expect(run(liftNumbers(windows).text)).toBe(before);
  });
});
