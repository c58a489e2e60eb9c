import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import type { ConfigView } from '../../workspace/configView.ts';
import { nearestStateFolder } from '../../workspace/runFolder.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { CliCommand } from '../command.ts';
import { toCheckReport } from '../writers/checkReport.ts';
import { writeHuman } from '../writers/human.ts';
import { writeJson } from '../writers/json.ts';

/** Prints what the editor would show of a config: its terms, their evidence and the findings. */
export const checkCommand: CliCommand = {
  name: 'check',
  usage: 'check <config> [--json]',
  description: 'Print the loss terms of a config, what its runs say of them, and the findings.',
  async run(args, { workspace, cwd, out, error }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) {
      error('Which config? Usage: counterweight check <config> [--json]\n');
      return 2;
    }
    const path = resolve(cwd, name);
    const text = await workspace.files.readText(path);
    if (text === undefined) {
      error(`${path} cannot be read: there is no such file, or it may not be opened.\n`);
      return 2;
    }
    const view = await lookAt(workspace, path, text);
    if (!view?.file.document) {
      error(`${path} is in no language that is read here; there are YAML and JSON.\n`);
      return 2;
    }
    const report = toCheckReport(view);
    out(values.json ? writeJson(report) : writeHuman(report));
    return report.findings.length > 0 ? 1 : 0;
  },
};

async function lookAt(
  { session, files }: Workspace,
  path: string,
  text: string,
): Promise<ConfigView | undefined> {
  const uri = pathToFileURL(path).href;
  await session.addFolder((await nearestStateFolder(files, path)) ?? dirname(path));
  await session.setDocument(uri, path, text);
  await session.settled();
  return session.view(uri);
}
