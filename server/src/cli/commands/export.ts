import { parseArgs } from 'node:util';

import { documentFormatSchema } from '../../protocol/reports.ts';
import { exportReport } from '../../workspace/reports.ts';
import type { CliCommand } from '../command.ts';
import { openStateFolder } from '../openStateFolder.ts';
import { refuse } from '../refuse.ts';

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
    const { experiments, ingest } = context.workspace;
    const folder = await openStateFolder(context);
    if (folder === undefined || experiments.all().length === 0) {
      return refuse(context, 'There is no ablation in this folder yet, nor in one above it.');
    }
    const [id] = positionals;
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
    await ingest.settled();
    const text = await exportReport(context.workspace, id, format.data);
    if (!text.ok) return refuse(context, text.error);
    context.out(text.value);
    return 0;
  },
};
