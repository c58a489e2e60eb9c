import { homedir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from './base/logger.ts';
import { runCommand } from './cli/runCommand.ts';
import { composeWorkspace } from './composition.ts';
import { findNode, surroundingsOf } from './hostClient/findNode.ts';
import { settingsSchema } from './protocol/settings.ts';

const settings = settingsSchema.parse({});
const workspace = composeWorkspace({
  settings: () => settings,
  logger: silentLogger,
  // Who types the command runs it on a folder of their own.
  trusted: () => true,
  bundleFolder: __dirname,
  cacheFolder: join(homedir(), '.cache', 'counterweight'),
  scansIn: 'process',
});
void runCommand(process.argv.slice(2), {
  workspace,
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  trainingNode: () => findNode(settings.nodePath, surroundingsOf(process)),
}).then((exitCode) => {
  process.exitCode = exitCode;
  workspace.dispose();
});
