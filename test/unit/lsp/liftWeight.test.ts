import { expect, test } from 'vitest';
import type { ApplyWorkspaceEditResult } from 'vscode-languageserver/node';

import { LineIndex } from '../../../server/src/base/lineIndex.ts';
import type { FeatureContext } from '../../../server/src/lsp/feature.ts';
import { liftWeightFeature } from '../../../server/src/lsp/features/liftWeight.ts';

const range = { start: 7, end: 10 };
const view = {
  file: {
    uri: 'file:///w/train.py',
    lines: new LineIndex('loss = 0.5 * kl\n'),
    terms: [{ name: 'kl', kind: 'hard-coded', valueRange: range }],
  },
  problems: [
    {
      code: 'hard-coded-weight',
      range,
      findFixes: () => [{ title: 'Lift', range, newText: 'args.kl' }],
    },
  ],
};

/** What the user is told where an editor answers so. */
async function liftIn(answer: ApplyWorkspaceEditResult): Promise<readonly string[]> {
  const told: string[] = [];
  const handlers: ((params: unknown, token: unknown) => Promise<unknown>)[] = [];
  liftWeightFeature.register({
    connection: {
      onExecuteCommand: (handler: (typeof handlers)[number]) => handlers.push(handler),
      sendNotification: async (_type: unknown, { message }: { readonly message: string }) => {
        told.push(message);
      },
      workspace: { applyEdit: async () => answer },
    },
    workspace: { session: { view: () => view } },
  } as unknown as FeatureContext);
  const given = { arguments: [{ configUri: view.file.uri, term: 'kl' }] };
  for (const handler of handlers) await handler(given, { isCancellationRequested: false });
  return told;
}

test('a change that the editor makes shows itself', async () => {
  expect(await liftIn({ applied: true })).toEqual([]);
});

test('a change that the editor refuses is told, with its reason where it gives one', async () => {
  const told = await liftIn({ applied: false, failureReason: 'train.py is read-only' });
  expect(told).toEqual([
    'The weight of kl was left as it is: the editor did not take the change. train.py is read-only',
  ]);
  expect(await liftIn({ applied: false })).toEqual([
    expect.stringContaining('Look whether its file can be written'),
  ]);
});
