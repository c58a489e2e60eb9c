import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ablationRecordSchema } from '../../server/src/model/ablation.ts';
import { runRecordSchema } from '../../server/src/model/run.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

/** Bundled once: read as many files, each of its fifty lives would begin a second later. */
const bundled = new TemporaryWorkspace();
const server = bundled.path('server.cjs');
beforeAll(async () => {
  await build({
    entryPoints: [resolve('test/support/experiments/experimentServer.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: server, logLevel: 'error' },
    mainFields: ['module', 'main'],
  });
});
afterAll(() => bundled[Symbol.dispose]());

/** Variants of the experiment: enough for all lives, of which each gets a few done. */
const variants = 200;
const kills = 25;

interface Life {
  /** Runs that the server told of, whole lines only: the last may be cut by its end. */
  readonly began: readonly string[];
  readonly finished: readonly string[];
  readonly isDone: boolean;
  readonly complaint: string;
}

/** When a server is killed: so many milliseconds after it has said a word. */
interface Moment {
  readonly word: 'alive' | 'began';
  readonly ms: number;
}

/** While it reads what there is, or while runs begin and end. */
const momentArbitrary: fc.Arbitrary<Moment> = fc.record({
  word: fc.constantFrom('alive', 'began', 'began'),
  ms: fc.integer({ min: 0, max: 120 }),
});

/** Starts the server and kills it at a moment, or lets it end. */
function live(folder: string, moment: Moment | undefined): Promise<Life> {
  const child = spawn(process.execPath, [server, folder, String(variants)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let complaint = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (moment && printed.includes(moment.word)) {
      timer ??= setTimeout(() => child.kill('SIGKILL'), moment.ms);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return new Promise((settle) => {
    child.once('close', () => {
      clearTimeout(timer);
      const lines = printed.split('\n').slice(0, -1);
      const after = (word: string) =>
        lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
      settle({
        began: after('began'),
        finished: after('finished'),
        isDone: lines.includes('done'),
        complaint,
      });
    });
  });
}

/** What the folder says by itself; throws where a file of it is damaged. */
function readFolder(workspace: TemporaryWorkspace) {
  const runs = workspace.path('.counterweight/runs');
  const records = list(runs).flatMap((name) => {
    const text = readIfThere(join(runs, name, 'run.json'));
    return text === undefined ? [] : [runRecordSchema.parse(JSON.parse(text))];
  });
  const ablations = workspace.path('.counterweight/ablations');
  const experiments = list(ablations).flatMap((name) => {
    const text = readIfThere(join(ablations, name, 'ablation.json'));
    return text === undefined ? [] : [ablationRecordSchema.parse(JSON.parse(text))];
  });
  const finished = new Set(records.filter(({ state }) => state === 'finished').map(({ id }) => id));
  return { experiments, finished: new Set<string>(finished) };
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** `…-kl-0.001-s0-2` and `…-kl-0.001-s0` are runs of the same arm. */
const armOf = (runId: string): string => runId.replace(/(-s0)-\d+$/, '$1');

/** Kills a server at random moments, over and over, and looks at what it has left each time. */
async function killOverAndOver(seed: number): Promise<void> {
  using workspace = new TemporaryWorkspace({ 'train.yaml': '' });
  const moments = fc.sample(momentArbitrary, { numRuns: kills, seed });
  let kept = new Set<string>();
  let cutShort = 0;
  for (const moment of moments) {
    const { began, finished, complaint } = await live(workspace.root, moment);
    expect(complaint).toBe('');
    const arms = new Set([...kept].map(armOf));
    expect(began.filter((runId) => arms.has(armOf(runId)))).toEqual([]);
    const now = readFolder(workspace);
    expect([...kept, ...finished].filter((runId) => !now.finished.has(runId))).toEqual([]);
    kept = now.finished;
    cutShort += began.some((runId) => !now.finished.has(runId)) ? 1 : 0;
  }
  // Else the moments were not in the midst of it, and nothing has been shown.
  expect(cutShort).toBeGreaterThan(kills / 4);
  const last = await live(workspace.root, undefined);
  expect(last.complaint).toBe('');
  expect(last.isDone).toBe(true);
  const { experiments, finished } = readFolder(workspace);
  expect(experiments).toHaveLength(1);
  const [experiment] = experiments;
  expect(experiment?.state).toBe('finished');
  expect(experiment?.runs).toHaveLength(variants + 1);
  expect(experiment?.runs.filter(({ runId }) => !finished.has(runId))).toEqual([]);
  // Each arm has been trained to its end once, however often it began.
  expect(new Set([...finished].map(armOf)).size).toBe(finished.size);
  expect(finished.size).toBe(variants + 1);
}

describe('a server that is killed at any moment', () => {
  it('loses no result that had finished, trains none again, and brings the rest to an end', async () => {
    await Promise.all([killOverAndOver(1), killOverAndOver(2)]);
  }, 120_000);
});
