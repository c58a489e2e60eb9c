import { join } from 'node:path';

import { fail, type Result } from '../base/result.ts';
import { projectFileName } from '../model/projectFile.ts';
import type { EngineChoice } from '../workspace/engineChoice.ts';
import { nearestStateFolder } from '../workspace/runFolder.ts';
import type { CommandContext } from './command.ts';
import { followExperiment } from './followExperiment.ts';

/**
 * Runs what has not finished of an experiment in the folder of the working directory, whoever started
 * it, and prints its report. Returns the exit code.
 */
export async function resumeExperiment(context: CommandContext, id: string): Promise<number> {
  const { error, workspace, trainingNode } = context;
  const { experiments } = workspace;
  const choice = await findChoice(context, id);
  if (!choice.ok) {
    error(`${choice.error}\n`);
    return 2;
  }
  if (choice.value.engine === 'task') {
    const node = await trainingNode();
    if (!node.ok) {
      error(`${node.error}\n`);
      return 2;
    }
  }
  const resumed = await experiments.resume(id);
  if (!resumed.ok) {
    error(`${resumed.error}\n`);
    return 2;
  }
  return followExperiment(context, id);
}

/** What would train it, or in words why it cannot go on. */
async function findChoice(
  { cwd, error, workspace }: CommandContext,
  id: string,
): Promise<Result<EngineChoice>> {
  const { experiments, files, session } = workspace;
  const folder = await nearestStateFolder(files, join(cwd, projectFileName));
  if (folder === undefined) {
    return fail(`Nothing was run in ${cwd} or above it yet: there is no .counterweight folder.`);
  }
  await session.addFolder(folder);
  await experiments.load(folder, (path, why) => error(`${path} ${why} and was left out.\n`));
  const known = experiments.all();
  if (known.some(({ record }) => record.id === id)) return experiments.choiceOf(id);
  const open = known.filter(({ canGoOn }) => canGoOn).map(({ record }) => record.id);
  const others =
    open.length === 0 ? 'None there can go on.' : `Those that can go on: ${open.join(', ')}.`;
  return fail(`There is no experiment "${id}" in ${folder}. ${others}`);
}
