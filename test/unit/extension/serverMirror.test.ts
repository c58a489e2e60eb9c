import { describe, expect, it, vi } from 'vitest';

import { ServerMirror } from '../../../extension/src/client/serverMirror.ts';
import { awaitLists } from '../../../extension/src/commands/awaitLists.ts';
import { requests } from '../../../server/src/protocol/messages.ts';

vi.mock('vscode', () => ({
  EventEmitter: class {
    readonly #listeners = new Set<(value: unknown) => void>();
    readonly event = (listener: (value: unknown) => void) => {
      this.#listeners.add(listener);
      return { dispose: () => this.#listeners.delete(listener) };
    };
    fire(value: unknown): void {
      for (const listener of this.#listeners) listener(value);
    }
    dispose(): void {
      this.#listeners.clear();
    }
  },
  Disposable: { from: () => ({ dispose: () => {} }) },
  ProgressLocation: { Window: 10 },
  window: { withProgress: (_options: unknown, work: () => Promise<unknown>) => work() },
}));

const lists: Readonly<Record<string, unknown>> = {
  [requests.listRuns]: {
    runs: [{ id: 'r1', name: 'train_1', path: '/w/r1', configUris: [], engine: 'task' }],
  },
  [requests.listAblations]: {
    ablations: [],
    queue: { paused: true, waiting: 2, running: 0 },
  },
};

/** A server that answers once it `isUp`, and keeps what it was asked. */
function setUp({ isUp }: { readonly isUp: boolean }) {
  const server = { isUp, asked: [] as string[], start: () => {} };
  const mirror = new ServerMirror({
    onDidStart: (listener: () => void) => {
      server.start = listener;
      return { dispose: () => {} };
    },
    onNotification: () => ({ dispose: () => {} }),
    request: async (method: string) => {
      server.asked.push(method);
      return server.isUp ? { ok: true, value: lists[method] } : { ok: false, problem: 'no server' };
    },
  } as unknown as ConstructorParameters<typeof ServerMirror>[0]);
  const errors: string[] = [];
  const notices = { error: (message: string) => errors.push(message) };
  const context = { mirror, notices } as unknown as Parameters<typeof awaitLists>[0];
  return { server, mirror, errors, context };
}

describe('what the client knows of the server', () => {
  it('is nothing before the server has told it, and is asked for', async () => {
    const { server, mirror } = setUp({ isUp: true });
    expect(mirror.runs).toEqual([]);
    expect(await mirror.told()).toBe(true);
    expect(mirror.runs).toMatchObject([{ id: 'r1' }]);
    expect(mirror.queue).toEqual({ paused: true, waiting: 2, running: 0 });
    expect(server.asked).toEqual([requests.listRuns, requests.listAblations]);
  });

  it('is not asked for again once it is known', async () => {
    const { server, mirror } = setUp({ isUp: true });
    server.start();
    await mirror.told();
    const { length } = server.asked;
    expect(await mirror.told()).toBe(true);
    expect(server.asked).toHaveLength(length);
  });

  it('stays unknown where no server answers, until one does', async () => {
    const { server, mirror } = setUp({ isUp: false });
    expect(await mirror.told()).toBe(false);
    server.isUp = true;
    expect(await mirror.told()).toBe(true);
  });
});

describe('waiting for the lists', () => {
  it('tells that nothing is known, and not that there is nothing', async () => {
    const { context, errors } = setUp({ isUp: false });
    expect(await awaitLists(context)).toBe(false);
    expect(errors).toEqual([expect.stringMatching(/^It is not known which runs and ablations/)]);
  });

  it('says nothing where a server answers', async () => {
    const { context, errors } = setUp({ isUp: true });
    expect(await awaitLists(context)).toBe(true);
    expect(errors).toEqual([]);
  });
});
