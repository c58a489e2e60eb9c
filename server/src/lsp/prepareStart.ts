import { basename } from 'node:path';

import { fail, type Result, succeed } from '../base/result.ts';
import type { ConfigView } from '../workspace/configView.ts';
import type { FeatureContext } from './feature.ts';
import { pathOfUri } from './fromProtocol.ts';

/** A config that may be run, with the workspace folder that will hold its runs. */
export interface ReadyConfig {
  readonly view: ConfigView;
  readonly folder: string;
}

/** What is said where the user does not trust the workspace. */
export const untrusted =
  'This workspace is not trusted, so nothing is run in it. Configs and logs are read all the same. Trust it with "Workspaces: Manage Workspace Trust".';

/** Whether something may be run for a config, or in words why not. */
export async function prepareStart(
  { workspace: { session }, trusted }: FeatureContext,
  configUri: string,
): Promise<Result<ReadyConfig>> {
  const name = basename(pathOfUri(configUri) ?? configUri);
  if (!trusted()) return fail(untrusted);
  await session.documentsTaken();
  const view = session.view(configUri);
  if (!view) return fail(`${name} is not open, or is not a file on this machine.`);
  const folder = session.folderOf(view.file.path);
  if (folder === undefined) {
    return fail(
      `${name} lies in no folder of this window. Open its folder first (File: Open Folder…): runs are kept in .counterweight there.`,
    );
  }
  if (!view.file.current || !view.file.document) {
    return fail(`${name} cannot be read; mend the problems shown in it first.`);
  }
  return succeed({ view, folder });
}
