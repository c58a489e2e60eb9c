import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import {
  endProcessTree,
  freePort,
  killProcessTree,
  repositoryRoot,
  runCommand,
  waitFor,
} from './processes.mts';

/** An installed VS Code server with its web workbench, and the Node that runs it. */
export interface VscodeHost {
  readonly node: string;
  readonly serverMain: string;
}

/** What a VS Code server works on. */
export interface ServerFolders {
  /** Settings, state and logs of this server. */
  readonly serverDataDir: string;
  readonly extensionsDir: string;
}

/** How a VS Code server is started. */
export interface ServerOptions extends ServerFolders {
  /** The wished port; another free one is taken when this one is in use. */
  readonly port?: number;
  /** `ask` shows the real trust dialog; `trusted` trusts every folder. */
  readonly trust: 'ask' | 'trusted';
  /** Asked of whoever connects; without one every user of this machine may. */
  readonly token?: string;
}

/** A running VS Code server. Whoever starts it disposes of it. */
export interface RunningServer {
  /** `http://127.0.0.1:<port>` without a slash at the end. */
  readonly origin: string;
  /** What the server has written so far. */
  readonly output: () => string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server, its extension hosts and all that they started. */
  readonly dispose: () => Promise<void>;
}

const lockFolder = join(repositoryRoot, 'scripts', 'vscodeHost');
const lockFiles = ['package.json', 'package-lock.json'] as const;
/** Native modules without which the server does not start; the others are optional or prebuilt. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', '@vscode/fs-copyfile'] as const;
const startTimeoutMilliseconds = 60_000;

/**
 * Installs the VS Code of the lock file in `scripts/vscodeHost`, once per lock file and Node, into the
 * user's cache folder; later calls find it there.
 * @param report gets one line per step of an installation
 * @throws Error that says which step failed and what to do
 */
export async function ensureHost(report: (line: string) => void): Promise<VscodeHost> {
  if (process.platform === 'win32') {
    throw new Error('The VS Code for the browser does not run on Windows; use the desktop one.');
  }
  const folder = await hostFolder();
  if (!existsSync(join(folder, 'complete'))) await install(folder, report);
  return hostIn(folder);
}

/** Starts a VS Code server and waits until it answers. */
export async function startServer(
  host: VscodeHost,
  options: ServerOptions,
): Promise<RunningServer> {
  const port = await freePort(options.port);
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(
    host.node,
    [
      host.serverMain,
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...(options.token === undefined
        ? ['--without-connection-token']
        : ['--connection-token', options.token]),
      ...folderArguments(options),
      ...(options.trust === 'trusted' ? ['--disable-workspace-trust'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment() },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-100_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const killNow = (): void => killProcessTree(child);
  process.once('exit', killNow);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const dispose = async (): Promise<void> => {
    await endProcessTree(child);
    process.off('exit', killNow);
  };
  const answers = async (): Promise<true | undefined> => {
    if (failure !== undefined) throw new Error(`VS Code could not be started: ${failure.message}`);
    if (child.exitCode !== null) throw new Error(`VS Code ended while starting:\n${output}`);
    return (await responds(origin)) ? true : undefined;
  };
  try {
    await waitFor('VS Code answers', answers, startTimeoutMilliseconds);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { origin, output: () => output, ended, dispose };
}

/** Installs a VSIX through VS Code's own command line, replacing another version of it. */
export async function installExtension(
  host: VscodeHost,
  folders: ServerFolders,
  vsix: string,
): Promise<void> {
  await runCommand(
    host.node,
    [host.serverMain, ...folderArguments(folders), '--install-extension', vsix, '--force'],
    { output: 'collect', env: serverEnvironment() },
  );
}

function folderArguments(folders: ServerFolders): readonly string[] {
  return [
    '--accept-server-license-terms',
    ...['--server-data-dir', folders.serverDataDir],
    ...['--extensions-dir', folders.extensionsDir],
    ...['--telemetry-level', 'off'],
  ];
}

/** A VS Code started inside another VS Code's terminal must not take itself for its child. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('VSCODE_') && name !== 'ELECTRON_RUN_AS_NODE',
  );
  return Object.fromEntries(entries);
}

async function responds(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/version`)).ok;
  } catch {
    return false;
  }
}

async function hostFolder(): Promise<string> {
  const hash = createHash('sha256').update(
    `${process.platform} ${process.arch} ${process.version}`,
  );
  for (const file of lockFiles) hash.update(await readFile(join(lockFolder, file)));
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'counterweight', `vscode-host-${hash.digest('hex').slice(0, 16)}`);
}

function hostIn(folder: string): VscodeHost {
  const packaged = packagedNode(folder);
  return {
    node: packaged === undefined ? process.execPath : join(packaged, 'bin', 'node'),
    serverMain: join(serverFolder(folder), 'out', 'server-main.js'),
  };
}

function serverFolder(folder: string): string {
  return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

/** The npm package with Node and its headers; there is none for macOS, where node-gyp loads them. */
function packagedNode(folder: string): string | undefined {
  const path = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`);
  return existsSync(join(path, 'bin', 'node')) ? path : undefined;
}

/** Works in a folder beside the final one and renames it at the end, so that none is ever half there. */
async function install(folder: string, report: (line: string) => void): Promise<void> {
  const started = Date.now();
  report(`Setting up VS Code for the browser in ${folder} (once, about a minute) …`);
  const work = `${folder}.partial-${process.pid}`;
  try {
    await installInto(work, report);
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } catch (error) {
    // Another process may have finished the same installation in the meantime.
    if (!existsSync(join(folder, 'complete'))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  report(`VS Code is set up (${((Date.now() - started) / 1000).toFixed(0)} s).`);
}

async function installInto(work: string, report: (line: string) => void): Promise<void> {
  await mkdir(work, { recursive: true });
  for (const file of lockFiles) await copyFile(join(lockFolder, file), join(work, file));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await step('downloading VS Code', report, () => npm(work, ['ci', ...quiet]));
  const server = serverFolder(work);
  // The shrinkwrap of this release lacks one peer dependency that nothing loads; without the flag
  // npm calls the file out of step and stops.
  await step('downloading its server modules', report, () =>
    npm(server, ['ci', '--legacy-peer-deps', '--omit=dev', ...quiet]),
  );
  await step('compiling its native modules (needs g++, make and python3)', report, () =>
    npm(server, ['rebuild', ...nativeModules, '--loglevel=error'], packagedNode(work)),
  );
  await symlink('node_modules', join(server, 'node_modules.asar'));
  await writeFile(join(work, 'complete'), `${new Date().toISOString()}\n`);
}

async function step(
  name: string,
  report: (line: string) => void,
  work: () => Promise<string>,
): Promise<void> {
  report(`  ${name} …`);
  try {
    await work();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`Setting up VS Code failed at: ${name}.\n${detail}`);
  }
}

/** Runs npm on the Node that will run the server, with that Node's headers where they are at hand. */
function npm(cwd: string, args: readonly string[], headers?: string): Promise<string> {
  const node = headers === undefined ? dirname(process.execPath) : join(headers, 'bin');
  const env = {
    ...process.env,
    PATH: [node, process.env.PATH ?? ''].join(delimiter),
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
  };
  return runCommand('npm', args, { cwd, env, output: 'collect' });
}
