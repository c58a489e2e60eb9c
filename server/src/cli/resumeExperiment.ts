import { fail, type Result } from '../base/result.ts';
import type { EngineChoice } from '../workspace/engineChoice.ts';
import type { CommandContext } from './command.ts';
import { followExperiment } from './followExperiment.ts';
import { openStateFolder } from './openStateFolder.ts';
import { refuse } from './refuse.ts';

/**
 * Runs what has not finished of an experiment in the folder of the working directory, whoever started
 * it, and prints its report. Returns the exit code.
 */
export async function resumeExperiment(context: CommandContext, id: string): Promise<number> {
  const choice = await findChoice(context, id);
  if (!choice.ok) return refuse(context, choice.error);
  if (choice.value.engine === 'task') {
    const node = await context.trainingNode();
    if (!node.ok) return refuse(context, node.error);
  }
  const resumed = await context.workspace.experiments.resume(id);
  if (!resumed.ok) return refuse(context, resumed.error);
  return followExperiment(context, id);
}

/** What would train it, or in words why it cannot go on. */
async function findChoice(context: CommandContext, id: string): Promise<Result<EngineChoice>> {
  const { experiments } = context.workspace;
  const folder = await openStateFolder(context);
  if (folder === undefined) {
    return fail(
      `Nothing was run in ${context.cwd} or above it yet: there is no .counterweight folder.`,
    );
  }
  const known = experiments.all();
  if (known.some(({ record }) => record.id === id)) return experiments.choiceOf(id);
  const open = known.filter(({ canGoOn }) => canGoOn).map(({ record }) => record.id);
  const others =
    open.length === 0 ? 'None there can go on.' : `Those that can go on: ${open.join(', ')}.`;
  return fail(`There is no experiment "${id}" in ${folder}. ${others}`);
}
