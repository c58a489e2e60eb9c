import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createConnection,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

import { systemClock } from '../../../server/src/base/clock.ts';
import { composeWorkspace } from '../../../server/src/composition.ts';
import { startServer } from '../../../server/src/lsp/server.ts';
import { runRecordSchema } from '../../../server/src/model/run.ts';
import { ablationsMessageSchema, requests } from '../../../server/src/protocol/messages.ts';
import { runsMessageSchema } from '../../../server/src/protocol/runs.ts';
import { storedExperiment } from '../../support/reports/storedExperiment.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const alone = runRecordSchema.parse({
  schema: 1,
  id: 'alone',
  engine: 'command',
  config: 'train.yaml',
  state: 'finished',
  seed: 0,
  startedAt: 1,
});

let folder: TemporaryWorkspace;
let client: MessageConnection;
beforeEach(() => {
  const variants = { baseline: () => 3, 'without-kl': () => 4 };
  folder = new TemporaryWorkspace({
    ...storedExperiment({ id: 'e', title: 'without kl', seeds: [0], variants }),
    '.counterweight/runs/alone/run.json': JSON.stringify(alone),
    'train.yaml': 'kl_weight: 1\n',
  });
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(toServer, toClient);
  startServer(connection, systemClock, (options) =>
    composeWorkspace({
      ...options,
      bundleFolder: folder.root,
      cacheFolder: folder.path('cache'),
      scansIn: 'process',
    }),
  );
  connection.listen();
  client = createMessageConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  client.listen();
});
afterEach(async () => {
  await client.sendRequest('shutdown');
  client.dispose();
  folder[Symbol.dispose]();
});

test('what is asked of a server that is still reading its folders is answered when it knows', async () => {
  await client.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: folder.uri(''), name: 'folder' }],
  });
  await client.sendNotification('initialized', {});
  const [ablations, runs] = await Promise.all([
    client.sendRequest(requests.listAblations, null),
    client.sendRequest(requests.listRuns, null),
  ]);
  expect(ablationsMessageSchema.parse(ablations).ablations.map(({ id }) => id)).toEqual(['e']);
  expect(runsMessageSchema.parse(runs).runs.map(({ name }) => name)).toEqual(['alone']);
});
