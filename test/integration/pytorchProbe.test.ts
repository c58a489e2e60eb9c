import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { jsonl } from '../../server/src/readers/formats/jsonl.ts';
import { readGrowing } from '../support/recordingSink.ts';

const python = process.env.PYTHON ?? '/usr/bin/python3';
const torch = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], {
  encoding: 'utf8',
});
const programs = join(import.meta.dirname, '..', 'support', 'probe');
const checkSchema = z.strictObject({ name: z.string(), failure: z.string() });

/** What a program of checks found, and what it said where it ended before its end. */
function runChecks(program: string) {
  const { status, stdout, stderr } = spawnSync(
    python,
    ['-B', '-W', 'ignore', join(programs, program)],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } },
  );
  const checks = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => checkSchema.parse(JSON.parse(line)));
  return { checks, end: status === 0 ? '' : `exit code ${status}: ${stderr}` };
}

if (torch.status !== 0) {
  describe('the PyTorch probe', () => {
    it(`is not tested: ${python} has no torch (Debian and Ubuntu: apt-get install python3-torch)`, () => {
      expect(torch.status).not.toBe(0);
    });
  });
} else {
  describe.each([
    ['its figures and refusals', 'checks.py'],
    ['its helpers', 'measures.py'],
    ['two processes', 'ranks.py'],
    ['what can go wrong', 'troubles.py'],
    ['training with it and without', 'training.py'],
  ])('the PyTorch probe: %s', (_, program) => {
    const { checks, end } = runChecks(program);

    it('were all looked at', () => {
      expect(end).toBe('');
      expect(checks).not.toEqual([]);
    });

    it.each(checks)('$name', ({ failure }) => {
      expect(failure).toBe('');
    });
  });

  it('writes lines that the reader of logs takes, by their canonical names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'counterweight-probe-'));
    try {
      const { status, stderr } = spawnSync(
        python,
        ['-B', join(programs, 'threeLines.py'), folder],
        {
          encoding: 'utf8',
        },
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const bytes = readFileSync(join(folder, 'counterweight.jsonl'));
      expect(jsonl.detect('counterweight.jsonl', bytes.subarray(0, 4096))).toBe(1);
      const { points, skipped } = readGrowing(jsonl.createReader(), bytes);
      expect(skipped).toEqual([]);
      const names = new Set(points.map(({ name }) => name));
      for (const name of ['grad/recon', 'grad_share/kl', 'cos/recon~kl', 'grad/kl@encoder']) {
        expect(names).toContain(name);
      }
      const ratios = points.filter(({ name }) => name === 'step/encoder_update_ratio');
      expect(ratios.map(({ step }) => step)).toEqual([0, 2, 4]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
