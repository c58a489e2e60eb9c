import { homedir } from 'node:os';
import { join } from 'node:path';

import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';

import { systemClock } from './base/clock.ts';
import { composeWorkspace } from './composition.ts';
import { startServer } from './lsp/server.ts';

const connection = createConnection(ProposedFeatures.all);
startServer(connection, systemClock, ({ settings, logger, trusted }) => {
  const workspace = composeWorkspace({
    settings,
    logger,
    trusted,
    bundleFolder: __dirname,
    cacheFolder: join(homedir(), '.cache', 'counterweight'),
    scansIn: 'thread',
  });
  // A client that goes away without a word must not leave its runs behind.
  process.once('exit', () => workspace.dispose());
  return workspace;
});
connection.listen();
