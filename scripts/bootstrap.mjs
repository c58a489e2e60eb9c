// First step of every npm script: plain JavaScript without dependencies, so that it runs on the
// machine's own Node in a fresh clone. It brings the dependencies up to the lock file and then hands
// over to the Node 24 that is one of them: `node scripts/bootstrap.mjs scripts/test.mts …`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const leastNode = [20, 19];
const leastScriptNode = 24;

function fail(message) {
  console.error(`counterweight: ${message}`);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  fail(
    `Node ${leastNode.join('.')} or newer is needed; this is ${process.versions.node} (${process.execPath}).`,
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Compares contents, not times: git gives every checked-out file a new time. Optional packages may be
 * absent (another platform, or an install step that could not download).
 */
function dependenciesAreCurrent() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (wanted === undefined) fail('package-lock.json is missing or damaged; restore it from git.');
  const installed = packagesOf(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed[path];
    return present === undefined
      ? entry.optional === true || entry.peer === true
      : present.version === entry.version;
  });
}

/** PATH without node_modules/.bin: `npm ci` deletes the Node that lies there while it works. */
function pathOutsideModules() {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts.filter((part) => !part.startsWith(modules + sep)).join(delimiter);
}

function installDependencies() {
  console.log('Installing the dependencies of the lock file (npm ci) …');
  const result = spawnSync(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: pathOutsideModules() },
      shell: process.platform === 'win32',
    },
  );
  if (result.error !== undefined) fail(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) fail('npm ci failed; its messages stand above.');
}

/** The Node 24 of the dependencies, or the running one where it is new enough. */
function scriptNode() {
  const packaged = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= leastScriptNode) return process.execPath;
  return fail(
    'the dependency "node" carries no Node 24 because its install script did not run; ' +
      'run `npm rebuild node --ignore-scripts=false`, or use Node 24 or newer.',
  );
}

function main([script, ...args]) {
  requireNode();
  if (script === undefined) fail('usage: node scripts/bootstrap.mjs <script.mts> [arguments]');
  if (!dependenciesAreCurrent()) installDependencies();
  const node = scriptNode();
  // The package is no ES module (VS Code loads its CommonJS bundle), its TypeScript sources are.
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  const child = spawn(node, [quiet, join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: [dirname(node), join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter),
    },
  });
  child.once('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.once('close', (status) => process.exit(status ?? 1));
  // Ctrl+C reaches the whole foreground group, so the script has it already and ends in order; other
  // signals reach this process alone.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A killed npm takes its shell along and tells nobody below it; no server may be left behind.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 1000).unref();
}

main(process.argv.slice(2));
