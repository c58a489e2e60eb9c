import { join } from 'node:path';

import { projectFileName } from '../model/projectFile.ts';
import { nearestStateFolder } from '../workspace/runFolder.ts';
import type { CommandContext } from './command.ts';

/**
 * Reads the runs and experiments of the nearest folder that has some, from the working directory
 * upwards; undefined where nothing was run yet.
 */
export async function openStateFolder({
  workspace: { files, session, experiments },
  cwd,
  error,
}: CommandContext): Promise<string | undefined> {
  const folder = await nearestStateFolder(files, join(cwd, projectFileName));
  if (folder === undefined) return undefined;
  await session.addFolder(folder);
  await experiments.load(folder, (path, why) => error(`${path} ${why} and was left out.\n`));
  return folder;
}
