import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { fail, type Result, succeed } from '../base/result.ts';

/** The oldest Node.js that the train host is built for. */
const oldestMajor = 22;
const versionTimeoutMs = 5000;

/** What is known of the process that asks. */
export interface NodeSurroundings {
  readonly execPath: string;
  /** `process.versions`: names `electron` where the process is no plain Node.js. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** The PATH variable. */
  readonly searchPath: string;
  readonly platform: string;
}

/** What a process can say of itself. */
export function surroundingsOf({
  execPath,
  versions,
  env,
  platform,
}: Pick<NodeJS.Process, 'execPath' | 'versions' | 'env' | 'platform'>): NodeSurroundings {
  return { execPath, versions, searchPath: env.PATH ?? '', platform };
}

export interface FoundNode {
  readonly path: string;
  readonly version: string;
}

/**
 * The Node.js that runs the train host (decisions.md 9): the one that is set, else the one that runs
 * this process where that is plain Node.js, else the first on PATH that is new enough.
 */
export async function findNode(
  setting: string,
  surroundings: NodeSurroundings,
): Promise<Result<FoundNode>> {
  if (setting !== '') return checkSetting(setting);
  const { execPath, versions } = surroundings;
  const own = versions.node ?? '';
  if (versions.electron === undefined && isNewEnough(own)) {
    return succeed({ path: execPath, version: own });
  }
  const old: string[] = [];
  for (const candidate of await candidatesOnPath(surroundings)) {
    const version = await versionOf(candidate);
    if (version === undefined) continue;
    if (isNewEnough(version)) return succeed({ path: candidate, version });
    old.push(`${candidate} is ${version}`);
  }
  const seen = old.length === 0 ? 'there is none on PATH' : old.join(', ');
  return fail(
    `Instrumented training needs Node.js ${oldestMajor} or newer, and ${seen}. ` +
      'Install it, or set counterweight.nodePath to one.',
  );
}

async function checkSetting(path: string): Promise<Result<FoundNode>> {
  const version = await versionOf(path);
  if (version === undefined) {
    return fail(`counterweight.nodePath is ${path}, which does not run as Node.js.`);
  }
  return isNewEnough(version)
    ? succeed({ path, version })
    : fail(
        `counterweight.nodePath is ${path}, Node.js ${version}; it must be ${oldestMajor} or newer.`,
      );
}

async function candidatesOnPath({
  searchPath,
  platform,
}: NodeSurroundings): Promise<readonly string[]> {
  const name = platform === 'win32' ? 'node.exe' : 'node';
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const paths = [...new Set(folders)].map((folder) => join(folder, name));
  const found = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => found[index]);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** What `<path> --version` says, without the `v`; undefined where it is no Node.js. */
function versionOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: versionTimeoutMs }, (error, stdout) => {
      const version = /^v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
      resolve(error ? undefined : version);
    });
  });
}

function isNewEnough(version: string): boolean {
  return Number(version.split('.')[0]) >= oldestMajor;
}
