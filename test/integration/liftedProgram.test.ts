import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { liftNumbers } from '../support/liftNumbers.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'lift');

interface Sample {
  readonly name: string;
  /** The fixes that are offered, where they are known. */
  readonly titles?: readonly string[];
  readonly program: string;
}

const files: readonly Sample[] = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => ({ name, program: readFileSync(join(folder, name), 'utf8') }));

const samples: readonly Sample[] = readFileSync(join(folder, 'programs.txt'), 'utf8')
  .split(/^#### /m)
  .slice(1)
  .map((part) => {
    const [name = '', ...lines] = part.split('\n');
    const titles = lines.filter((line) => line.startsWith('#> ')).map((line) => line.slice(3));
    return { name, titles, program: lines.slice(titles.length).join('\n') };
  });

const resultsSchema = z.array(z.strictObject({ output: z.string(), code: z.int() }));

/** What programs write and how they end, all in one interpreter. */
function run(programs: readonly string[]) {
  const runner = join(import.meta.dirname, '..', 'support', 'runPrograms.py');
  const input = JSON.stringify(programs);
  return resultsSchema.parse(
    JSON.parse(execFileSync('python3', [runner], { input, encoding: 'utf8' })),
  );
}

describe('a program prints the same, to the last bit, when its weights are options', () => {
  const all = [...files, ...samples];
  const lifted = all.map(({ program }) => liftNumbers(program));
  const forms = [
    all.map(({ program }) => program),
    lifted.map(({ text }) => text),
    all.map(({ program }) => liftNumbers(program.replaceAll('\n', '\r\n')).text),
    all.map(({ program }) => liftNumbers(`\uFEFF${program.trimEnd()}`).text),
  ];
  const [before, ...after] = forms.map(run);

  test.each(all.map(({ name, titles }, index) => ({ name, titles, index })))('$name', (sample) => {
    const { index, titles } = sample;
    if (titles) expect(lifted[index]?.titles).toEqual(titles);
    else expect(lifted[index]?.titles).not.toEqual([]);
    const expected = before?.[index];
    expect(expected).toMatchObject({ code: 0, output: expect.stringMatching(/\d/) });
    for (const results of after) expect(results[index]).toEqual(expected);
  });
});
