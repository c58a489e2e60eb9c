import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

/** `npm run soak:logs -- --inputs 10000000 --seed 2` tries more. */
const inputs = 100_000;
const seed = 6;
const script = fileURLToPath(new URL('../../../../bench/soakLogs.mts', import.meta.url));

/** Runs the script in plain Node, as the bundles do: vitest's way to load modules is far slower. */
async function runScript(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['--no-warnings', script, ...args]);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}

test('no input makes a reader throw, hang, leave the file or take more than its bytes explain', async () => {
  const { code, output } = await runScript(['--inputs', `${inputs}`, '--seed', `${seed}`]);
  process.stdout.write(output);
  expect(code, output).toBe(0);
  const tried = Number(/^(\d+) inputs .*, seed 6:/m.exec(output)?.[1]);
  expect(tried).toBeGreaterThanOrEqual(inputs);
}, 400_000);
