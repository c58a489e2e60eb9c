// `npm start`: a real VS Code with the extension, open on examples/flow-edit; in the browser, or with
// `--desktop` in the `code` on PATH. Workspace trust stays on, so its dialog is the first thing seen.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { CommandError, repositoryRoot, runCommand } from './processes.mts';
import { ensureToolchain } from './systemPackages.mts';
import { ensureHost, installExtension, startServer } from './vscodeHost.mts';

const example = join(repositoryRoot, 'examples', 'flow-edit');
const vsix = join(repositoryRoot, 'dist', 'counterweight.vsix');
const defaultPort = 3107;

const usage = `usage: npm start [-- options]
  --desktop      use the VS Code on PATH (\`code\`) instead of the browser
  --port <n>     port of the VS Code in the browser (${defaultPort}, or a free one)
  --no-open      print the address, open no browser
  --folder <dir> open another folder than examples/flow-edit`;

interface StartOptions {
  readonly port: number;
  readonly folder: string;
  readonly browser: 'open' | 'none';
}

async function startInBrowser(options: StartOptions): Promise<void> {
  await ensureToolchain();
  const host = await ensureHost(console.log);
  await runCommand(process.execPath, [join('scripts', 'package.mts')], { output: 'show' });
  const data = join(repositoryRoot, '.cache', 'start');
  const folders = { serverDataDir: join(data, 'data'), extensionsDir: join(data, 'extensions') };
  await mkdir(folders.extensionsDir, { recursive: true });
  await installExtension(host, folders, vsix);
  // This VS Code has a terminal: nobody else on the machine may come in.
  const token = randomBytes(24).toString('hex');
  const server = await startServer(host, { ...folders, port: options.port, trust: 'ask', token });
  const address = `${server.origin}/?tkn=${token}&folder=${encodeURIComponent(options.folder)}`;
  console.log(`\nVS Code is open at  ${address}\nStop it with Ctrl+C.`);
  if (options.browser === 'open') openBrowser(address);
  const stop = (): void => void server.dispose();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await server.ended;
}

async function startOnDesktop(folder: string): Promise<void> {
  await runCommand(process.execPath, [join('scripts', 'build.mts'), '--release'], {
    output: 'show',
  });
  const args = [`--extensionDevelopmentPath=${repositoryRoot}`, folder];
  try {
    // On Windows `code` is a script, which only a shell finds.
    const [program, ...rest] =
      process.platform === 'win32' ? ['cmd.exe', '/d', '/c', 'code', ...args] : ['code', ...args];
    await runCommand(program ?? 'code', rest, { output: 'show' });
  } catch (error) {
    if (!(error instanceof CommandError) || error.status !== undefined) throw error;
    throw new Error(
      'There is no `code` on PATH. In VS Code run "Shell Command: Install \'code\' command in PATH", ' +
        'or leave out --desktop to use VS Code in the browser.',
    );
  }
}

/** Opens the default browser where there is a screen to show it on. */
function openBrowser(address: string): void {
  const mac = process.platform === 'darwin';
  const hasScreen = mac || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (!hasScreen) return;
  const opener = spawn(mac ? 'open' : 'xdg-open', [address], { stdio: 'ignore' });
  opener.once('error', () =>
    console.log('(No browser could be opened; open the address yourself.)'),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      desktop: { type: 'boolean', default: false },
      folder: { type: 'string', default: example },
      help: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: String(defaultPort) },
    },
  });
  if (values.help) return console.log(usage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`--port ${values.port}: a whole number from 1 to 65535 is needed.`);
  }
  const folder = resolve(values.folder);
  if (!existsSync(folder)) throw new Error(`${folder}: there is no such folder.`);
  if (values.desktop) return startOnDesktop(folder);
  const browser = values['no-open'] ? 'none' : 'open';
  return startInBrowser({ port, folder, browser });
}

try {
  await main();
} catch (error) {
  console.error(`counterweight: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
