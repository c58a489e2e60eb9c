import { describe, expect, it } from 'vitest';

import { AgreedCommands, describeCommand } from '../../../extension/src/client/agreedCommands.ts';
import { parseArrival } from '../../../extension/src/client/answer.ts';
import { mayBeConfig } from '../../../extension/src/client/configDocument.ts';
import {
  type CrashHistory,
  crashWindow,
  decideAfterCrash,
} from '../../../extension/src/client/crashPolicy.ts';
import { mergeProgress } from '../../../extension/src/client/mergeProgress.ts';
import { startedSchema } from '../../../server/src/protocol/messages.ts';
import type { RunSummary } from '../../../server/src/protocol/runs.ts';

function crashAt(times: readonly number[]): readonly string[] {
  let history: CrashHistory = [];
  return times.map((time) => {
    const decision = decideAfterCrash(history, time);
    history = decision.history;
    return decision.action;
  });
}

describe('decideAfterCrash', () => {
  it('restarts four times in three minutes, then stops', () => {
    expect(crashAt([0, 1, 2, 3, 4])).toEqual(['restart', 'restart', 'restart', 'restart', 'stop']);
  });

  it('forgets crashes of long ago', () => {
    expect(crashAt([0, 1, 2, 3, crashWindow + 10]).at(-1)).toBe('restart');
  });
});

describe('parseArrival', () => {
  it('gives what has the form', () => {
    expect(parseArrival('start', startedSchema, { id: 'r1' })).toEqual({
      ok: true,
      value: { id: 'r1' },
    });
  });

  it('names what has not', () => {
    expect(parseArrival('start', startedSchema, 7)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^start does not have the agreed form/),
    });
  });
});

describe('mayBeConfig', () => {
  it.each([
    ['file', 'yaml', '/w/train.yaml', true],
    ['file', 'plaintext', '/w/train.toml', true],
    ['file', 'markdown', '/w/README.md', false],
    ['git', 'yaml', '/w/train.yaml', false],
  ])('judges %s %s %s', (scheme, languageId, path, expected) => {
    expect(mayBeConfig({ scheme, languageId, path })).toBe(expected);
  });
});

describe('mergeProgress', () => {
  const run: RunSummary = {
    id: 'r1',
    name: 'r1',
    path: 'runs/r1',
    configUris: [],
    engine: 'task',
    state: 'queued',
    backend: 'wasm',
    points: 4,
    skipped: { count: 0, examples: [] },
  };

  const progress = {
    runId: 'r1',
    title: 'flow-edit',
    configUri: 'file:///w/train.yaml',
    state: 'running' as const,
    step: 3,
    loss: 0.5,
  };

  it('puts the latest figures into the run and keeps what it does not tell', () => {
    expect(mergeProgress([run, { ...run, id: 'r2' }], progress)).toEqual([
      { ...run, state: 'running', step: 3, loss: 0.5 },
      { ...run, id: 'r2' },
    ]);
  });

  it('knows at once that a run can be resumed, and that it cannot once it goes on', () => {
    const cancelled = { ...progress, state: 'cancelled' as const, resumableFrom: 3 };
    const ended = mergeProgress([run], cancelled);
    expect(ended).toEqual([{ ...run, state: 'cancelled', step: 3, loss: 0.5, resumableFrom: 3 }]);
    expect(mergeProgress(ended, progress)[0]).not.toHaveProperty('resumableFrom');
  });
});

describe('AgreedCommands', () => {
  function remember(stored: unknown) {
    const memory = { value: stored };
    const agreed = new AgreedCommands({
      get: () => memory.value,
      update: async (_key, value) => {
        memory.value = value;
      },
    });
    return { agreed, memory };
  }

  const line = { command: ['python3', 'train.py'], cwd: '/w', env: {} };

  it('asks for each command line and each folder once', async () => {
    const { agreed } = remember(undefined);
    expect(agreed.has(line)).toBe(false);
    await agreed.add(line);
    expect(agreed.has(line)).toBe(true);
    expect(agreed.has({ ...line, cwd: '/elsewhere' })).toBe(false);
    expect(agreed.has({ ...line, command: ['python3', 'train.py', '--all'] })).toBe(false);
    expect(agreed.has({ ...line, env: { PATH: './bin' } })).toBe(false);
    expect(agreed.has({ ...line, batchLines: ['source ./setup.sh'] })).toBe(false);
  });

  it('takes damaged memory as none', async () => {
    const { agreed, memory } = remember({ not: 'a list' });
    expect(agreed.has(line)).toBe(false);
    await agreed.add(line);
    expect(memory.value).toHaveLength(1);
  });

  it('shows a command line so that its arguments can be told apart', () => {
    expect(describeCommand(['python3', 'train.py', '--name', 'a b', '{config}'])).toBe(
      'python3 train.py --name "a b" {config}',
    );
  });
});
