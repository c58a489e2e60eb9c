import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { neverCancelled } from '../../base/cancellation.ts';
import { fail, type Result, succeed } from '../../base/result.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { openConfig } from '../openConfig.ts';
import { refuse } from '../refuse.ts';
import { type CheckReport, toCheckReport } from '../writers/checkReport.ts';
import { writeHuman } from '../writers/human.ts';
import { writeJson } from '../writers/json.ts';

/** Prints what the editor would show of a config, or of every config of a folder. */
export const checkCommand: CliCommand = {
  name: 'check',
  usage: 'check <config or folder> [--json]',
  description:
    'Print the loss terms of a config, what its runs say of them, and the findings; of a folder, those of every file in it that sets loss weights. Ends with 1 where one is an error or a warning.',
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) {
      return refuse(
        context,
        'Which config or folder? Usage: counterweight check <config or folder> [--json]',
      );
    }
    const path = resolve(context.cwd, name);
    const reports = await reportsOf(path, context);
    if (!reports.ok) return refuse(context, reports.error);
    context.out(
      values.json ? toJson(reports.value) : reports.value.checked.map(writeHuman).join(''),
    );
    const found = reports.value.checked.flatMap(({ findings }) => findings);
    return found.some(({ severity }) => severity !== 'information') ? 1 : 0;
  },
};

function toJson({ isFolder, checked }: Reports): string {
  const texts = checked.map(writeJson);
  return isFolder ? `[${texts.join(',')}]\n` : texts.join('');
}

interface Reports {
  readonly isFolder: boolean;
  readonly checked: readonly CheckReport[];
}

async function reportsOf(path: string, context: CommandContext): Promise<Result<Reports>> {
  const { workspace, cwd } = context;
  const isFolder = (await workspace.files.entries(path)).length > 0;
  const found = isFolder ? await workspace.scan.scan(path, [], neverCancelled) : undefined;
  if (found?.configs.length === 0) {
    return fail(`None of the ${found.files} files in ${path} sets a loss weight.`);
  }
  const checked: CheckReport[] = [];
  // What is wrong in it is told once, and not for each config that it speaks for.
  const projects = new Set<string | undefined>();
  for (const config of found?.configs.map((each) => each.path) ?? [path]) {
    const opened = await openConfig(workspace, config, isFolder ? path : cwd);
    if (!opened.ok) return opened;
    const { view, project } = opened.value;
    const isTold = projects.has(project?.path);
    projects.add(project?.path);
    checked.push(toCheckReport({ view, project: isTold ? undefined : project }, workspace.store));
  }
  return succeed({ isFolder, checked });
}
