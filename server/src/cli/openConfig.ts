import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { fail, type Result, succeed } from '../base/result.ts';
import type { ConfigView } from '../workspace/configView.ts';
import { nearestStateFolder } from '../workspace/runFolder.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A config with what its runs say, and the folder in which its runs are kept. */
export interface OpenedConfig {
  readonly view: ConfigView;
  readonly folder: string;
}

/** Reads a config and all logs that belong to it, or says in words why it cannot be read. */
export async function openConfig(
  { session, files }: Workspace,
  path: string,
): Promise<Result<OpenedConfig>> {
  const text = await files.readText(path);
  if (text === undefined) {
    return fail(`${path} cannot be read: there is no such file, or it may not be opened.`);
  }
  const uri = pathToFileURL(path).href;
  const folder = (await nearestStateFolder(files, path)) ?? dirname(path);
  await session.addFolder(folder);
  await session.setDocument(uri, path, text);
  await session.settled();
  const view = session.view(uri);
  return view?.file.document
    ? succeed({ view, folder })
    : fail(`${path} is in no language that is read here; there are YAML and JSON.`);
}
