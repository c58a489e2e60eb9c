import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import type { CliCommand } from '../command.ts';
import { openConfig } from '../openConfig.ts';
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
    const opened = await openConfig(workspace, path, cwd);
    if (!opened.ok) {
      error(`${opened.error}\n`);
      return 2;
    }
    const report = toCheckReport(opened.value, workspace.store);
    out(values.json ? writeJson(report) : writeHuman(report));
    return report.findings.length > 0 ? 1 : 0;
  },
};
