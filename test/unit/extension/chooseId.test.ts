import { beforeEach, describe, expect, it, vi } from 'vitest';

import { chooseId } from '../../../extension/src/commands/chooseId.ts';

const { showQuickPick } = vi.hoisted(() => ({ showQuickPick: vi.fn() }));

vi.mock('vscode', () => ({
  ProgressLocation: { Window: 10 },
  window: {
    showQuickPick,
    withProgress: (_options: unknown, work: () => Promise<unknown>) => work(),
  },
}));

beforeEach(() => void showQuickPick.mockReset());

type Context = Parameters<typeof chooseId>[0];

/** Asks for one of these, of a server that has told of them unless said otherwise. */
async function choose(
  ids: readonly string[],
  {
    argument,
    takesOnly,
    isTold = true,
  }: { readonly argument?: unknown; readonly takesOnly?: true; readonly isTold?: boolean } = {},
) {
  const told: string[] = [];
  const context = {
    mirror: { told: async () => isTold },
    notices: {
      error: () => told.push('no server'),
      whisper: (message: string) => told.push(message),
    },
  } as unknown as Context;
  const id = await chooseId(context, argument, {
    title: 'Title',
    placeHolder: 'What it is for',
    list: () => ids.map((each) => ({ label: `run ${each}`, id: each })),
    tellNone: (notices) => notices.whisper('none'),
    ...(takesOnly ? { takesOnly } : {}),
  });
  return { id, told };
}

describe('the run or ablation of a command', () => {
  it('is the one that the caller gives, of which nothing is asked', async () => {
    const given = await choose([], { argument: { id: 'given' }, isTold: false });
    expect(given).toEqual({ id: 'given', told: [] });
    expect(showQuickPick).not.toHaveBeenCalled();
  });

  it('is picked where the caller gives none', async () => {
    showQuickPick.mockImplementation(async (items: readonly unknown[]) => items[1]);
    expect(await choose(['a', 'b'], { takesOnly: true })).toEqual({ id: 'b', told: [] });
    const options = { title: 'Title', placeHolder: 'What it is for' };
    expect(showQuickPick).toHaveBeenCalledExactlyOnceWith(expect.anything(), options);
  });

  it('is the only one without a question, where the command takes that', async () => {
    expect(await choose(['a'], { takesOnly: true })).toEqual({ id: 'a', told: [] });
    expect(showQuickPick).not.toHaveBeenCalled();
    await choose(['a']);
    expect(showQuickPick).toHaveBeenCalledOnce();
  });

  it('is none where the user turns away, or there is none, which is told', async () => {
    showQuickPick.mockResolvedValue(undefined);
    expect(await choose(['a', 'b'])).toEqual({ id: undefined, told: [] });
    expect(await choose([])).toEqual({ id: undefined, told: ['none'] });
  });

  it('is not known where no server answers, which is not the same as none', async () => {
    expect(await choose([], { isTold: false })).toEqual({ id: undefined, told: ['no server'] });
  });
});
