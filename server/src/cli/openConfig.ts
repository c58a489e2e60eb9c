import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { fail, type Result, succeed } from '../base/result.ts';
import type { ConfigView } from '../workspace/configView.ts';
import { isInside } from '../workspace/knownRun.ts';
import type { ProjectView } from '../workspace/logPatterns.ts';
import { nearestStateFolder } from '../workspace/runFolder.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A config with what its runs say, and the folder in which its runs are kept. */
export interface OpenedConfig {
  readonly view: ConfigView;
  readonly folder: string;
  /** The `counterweight.yaml` that speaks for it. */
  readonly project: ProjectView | undefined;
}

/**
 * Reads a config and all logs that belong to it, or says in words why it cannot be read. The working
 * directory stands for the folder that an editor has open, where the config is in it.
 */
export async function openConfig(
  { session, files }: Workspace,
  path: string,
  cwd: string,
): Promise<Result<OpenedConfig>> {
  const text = await files.readText(path);
  if (text === undefined) {
    return fail(`${path} cannot be read: there is no such file, or it may not be opened.`);
  }
  const uri = uriOf(path);
  const top = isInside(path, cwd) ? cwd : dirname(path);
  const folder = (await nearestStateFolder(files, path)) ?? top;
  await session.addFolder(folder);
  await session.setDocument(uri, path, text);
  const project = session.view(uri)?.found?.path;
  if (project !== undefined) await openProject({ session, files }, project);
  await session.settled();
  const view = session.view(uri);
  return view?.file.document
    ? succeed({ view, folder, project: project ? session.project(uriOf(project)) : undefined })
    : fail(`${path} is in no language that is read here; there are YAML, JSON, TOML and Python.`);
}

/** What is wrong in a `counterweight.yaml` is found once it is open. */
async function openProject(
  { session, files }: Pick<Workspace, 'session' | 'files'>,
  path: string,
): Promise<void> {
  const uri = uriOf(path);
  const text = await files.readText(path);
  // Every config that is open would look at it again.
  const isKnown = session.project(uri)?.text === text;
  if (text !== undefined && !isKnown) await session.setDocument(uri, path, text);
}

function uriOf(path: string): string {
  return pathToFileURL(path).href;
}
