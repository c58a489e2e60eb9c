import { describe, expect, it } from 'vitest';

import { fail, type Result, succeed } from '../../../server/src/base/result.ts';
import { noticeLimit } from '../../../server/src/model/run.ts';
import { createNoticeGate } from '../../../server/src/trainHost/noticeGate.ts';
import { chooseAgain } from '../../../server/src/trainHost/resumption.ts';
import type { BackendChoice } from '../../../server/src/training/backends/chooseBackend.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';

const stored = {
  checkpoint: { step: 30, identity: '', vectors: {}, strategy: [], random: [] },
  backend: 'wasm',
  probeEvery: 10,
};

/** Chooses among what runs; `auto` takes the last of them. */
async function choose(wanted: string, running: readonly string[], from: typeof stored | undefined) {
  const notices: string[] = [];
  const tf = await cpu.load();
  const choice = await chooseAgain(
    wanted,
    from,
    async (name): Promise<Result<BackendChoice>> => {
      const found = name === 'auto' ? running.at(-1) : running.find((other) => other === name);
      const backend = [cpu, wasm].find((candidate) => candidate.name === found);
      return backend
        ? succeed({ backend, tf, reason: `asked for ${name}` })
        : fail(`The backend ${name} cannot run here.`);
    },
    (text) => void notices.push(text),
  );
  const outcome = choice.ok ? [choice.value.backend.name, choice.value.reason] : choice.error;
  return { outcome, notices };
}

describe('the backend of a run that is resumed', () => {
  it('is the one it had', async () => {
    expect(await choose('auto', ['wasm', 'cpu'], stored)).toEqual({
      outcome: ['wasm', 'The backend of this run before it was resumed.'],
      notices: [],
    });
  });

  it('is another where that one is gone, and a notice says what that means', async () => {
    const { outcome, notices } = await choose('auto', ['cpu'], stored);
    expect(outcome).toEqual(['cpu', 'asked for auto']);
    expect(notices).toEqual([
      'Resumed on cpu, where the first 30 steps were taken on wasm: the steps that follow equal ' +
        'those of an uninterrupted run within rounding, not bit by bit. ' +
        'The backend wasm cannot run here.',
    ]);
  });

  it('is the one that the user wants by name', async () => {
    const { outcome, notices } = await choose('cpu', ['wasm', 'cpu'], stored);
    expect(outcome).toEqual(['cpu', 'asked for cpu']);
    expect(notices).toEqual([expect.stringContaining('within rounding')]);
    expect(await choose('webgpu', ['wasm'], stored)).toEqual({
      outcome: 'The backend webgpu cannot run here.',
      notices: [],
    });
  });

  it('is chosen as ever for a run that begins', async () => {
    expect((await choose('auto', ['wasm', 'cpu'], undefined)).outcome).toEqual([
      'cpu',
      'asked for auto',
    ]);
  });
});

describe('createNoticeGate', () => {
  it('lets each text through once, and no more than are kept', () => {
    const sent: { text: string; step?: number }[] = [];
    const notice = createNoticeGate(({ type: _, ...rest }) => void sent.push(rest));
    notice('a', 3);
    notice('a', 4);
    notice('b');
    expect(sent).toEqual([{ text: 'a', step: 3 }, { text: 'b' }]);
    for (let count = 0; count < 2 * noticeLimit; count += 1) notice(`${count}`);
    expect(sent).toHaveLength(noticeLimit);
  });
});
