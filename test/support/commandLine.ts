import { silentLogger } from '../../server/src/base/logger.ts';
import { fail } from '../../server/src/base/result.ts';
import { runCommand } from '../../server/src/cli/runCommand.ts';
import { composeWorkspace } from '../../server/src/composition.ts';
import { settingsSchema } from '../../server/src/protocol/settings.ts';
import type { TemporaryWorkspace } from './temporaryWorkspace.ts';

/** What a command of the terminal has printed, and how it ended. */
interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** The names of the files that were told to have changed, in their order. */
  readonly changed: readonly string[];
}

/** Why nothing trains in these tests. */
export const noTrainingNode = 'Training needs Node.js 22 or newer, and this is 20.';

/** Runs a command as a terminal in a folder does, where no Node.js can train. */
export async function runInTerminal(
  folder: TemporaryWorkspace,
  args: readonly string[],
  cwd = folder.root,
): Promise<Printed> {
  const settings = settingsSchema.parse({});
  const workspace = composeWorkspace({
    settings: () => settings,
    logger: silentLogger,
    trusted: () => true,
    bundleFolder: folder.root,
    cacheFolder: folder.path('cache'),
    scansIn: 'process',
  });
  const changed: string[] = [];
  workspace.session.onDidChangeConfig((uri) => changed.push(uri.slice(uri.lastIndexOf('/') + 1)));
  const printed = { out: '', error: '' };
  const code = await runCommand(args, {
    workspace,
    cwd,
    out(text) {
      printed.out += text;
    },
    error(text) {
      printed.error += text;
    },
    trainingNode: async () => fail(noTrainingNode),
  });
  workspace.dispose();
  return { code, changed, ...printed };
}
