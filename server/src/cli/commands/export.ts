import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { documentFormatSchema } from '../../protocol/reports.ts';
import { exportReport } from '../../workspace/reports.ts';
import { nearestStateFolder } from '../../workspace/runFolder.ts';
import type { CliCommand, CommandContext } from '../command.ts';

const usage = 'export [<experiment>] [--format <markdown|csv|json>]';

/** Prints the report of an experiment as a document, or lists the experiments that there are. */
export const exportCommand: CliCommand = {
  name: 'export',
  usage,
  description:
    'Print the report of an experiment of this folder as Markdown, as CSV (a line for each metric, variant and seed) or as JSON. Without an experiment, list those that there are, newest first.',
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { format: { type: 'string', default: 'markdown' } },
      allowPositionals: true,
    });
    const format = documentFormatSchema.safeParse(values.format);
    if (!format.success) {
      const allowed = documentFormatSchema.options.join(', ');
      return refuse(context, `--format ${values.format} is not known; there are ${allowed}.`);
    }
    if (positionals.length > 1) return refuse(context, `Which one? Usage: counterweight ${usage}`);
    const folder = await openFolder(context);
    if (folder === undefined) {
      return refuse(context, 'There is no ablation in this folder yet, nor in one above it.');
    }
    const [id] = positionals;
    const { experiments } = context.workspace;
    if (id === undefined) {
      for (const { record } of experiments.all()) {
        context.out(`${record.id}  ${record.state}  ${record.title}\n`);
      }
      return 0;
    }
    if (!experiments.all().some(({ record }) => record.id === id)) {
      return refuse(
        context,
        `There is no ablation "${id}" in ${folder}; without a name they are listed.`,
      );
    }
    const text = await exportReport(context.workspace, id, format.data);
    if (!text.ok) return refuse(context, text.error);
    context.out(text.value);
    return 0;
  },
};

function refuse({ error }: CommandContext, why: string): number {
  error(`${why}\n`);
  return 2;
}

/** Reads the experiments and runs of the nearest folder that has some; undefined where there is none. */
async function openFolder({ workspace, cwd, error }: CommandContext): Promise<string | undefined> {
  const { files, session, experiments, ingest } = workspace;
  const folder = await nearestStateFolder(files, join(cwd, 'any'));
  if (folder === undefined) return undefined;
  await session.addFolder(folder);
  await experiments.load(folder, (path, why) => error(`${path} ${why}, and is left out.\n`));
  await ingest.settled();
  return experiments.all().length > 0 ? folder : undefined;
}
