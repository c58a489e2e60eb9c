import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { getuid } from 'node:process';

import { runCommand } from './processes.mts';
import { missingSlurm, slurmPackages } from './slurm.mts';

/** Something that the tests need from the system and that npm does not bring. */
interface SystemNeed {
  readonly what: string;
  readonly debianPackages: readonly string[];
  readonly necessity: 'required' | 'optional';
  readonly isPresent: () => Promise<boolean>;
}

/** Debian's Python: another one on PATH would not see the system's PyTorch. */
const systemPython = '/usr/bin/python3';

const needs: readonly SystemNeed[] = [
  {
    what: 'Chromium, in which the end-to-end tests show VS Code',
    debianPackages: ['chromium', 'fonts-dejavu-core'],
    necessity: 'required',
    isPresent: async () => findChromium() !== undefined,
  },
  {
    what: 'a C++ toolchain, which compiles three native modules of VS Code',
    debianPackages: ['g++', 'make', 'python3'],
    necessity: 'required',
    isPresent: async () => ['g++', 'make', 'python3'].every(isOnPath),
  },
  {
    what: 'PyTorch for the example that trains with it (a plain Python script replaces it otherwise)',
    debianPackages: ['python3-torch', 'libopenblas0-pthread'],
    necessity: 'optional',
    isPresent: hasTorch,
  },
  {
    what: 'Slurm, to which the tests of the cluster submit (they are not run otherwise)',
    debianPackages: slurmPackages,
    necessity: 'optional',
    isPresent: async () => missingSlurm().length === 0,
  },
];

/** The Chromium that the end-to-end tests drive: the variable CHROMIUM, or the system's. */
export function findChromium(): string | undefined {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** What to tell a person whose machine has no Chromium. */
export const chromiumMissing =
  'Chromium is missing. Install it (Debian and Ubuntu: sudo apt-get install chromium) or name one: CHROMIUM=/path/to/chrome npm test';

/**
 * Checks what the tests need from the system; in CI it installs what is missing.
 * @throws Error with the command that installs what is required and missing
 */
export async function ensureSystemPackages(report: (line: string) => void): Promise<void> {
  let missing = await missingNeeds();
  if (missing.length > 0 && isContinuousIntegration()) {
    const of = (necessity: SystemNeed['necessity']): readonly SystemNeed[] =>
      missing.filter((need) => need.necessity === necessity);
    const [required, optional] = [of('required'), of('optional')];
    await installPackages(required, report);
    // What is optional must not stop the tests where it cannot be had.
    await installPackages(optional, report).catch((error) => report(String(error)));
    missing = await missingNeeds();
  }
  for (const need of missing) report(`${need.necessity} and missing: ${need.what}`);
  const required = missing.filter((need) => need.necessity === 'required');
  if (missing.length > 0) report(`install with: sudo ${installCommand(missing).join(' ')}`);
  if (required.length > 0) throw new Error('System packages are missing; see the lines above.');
}

/** True where the variable CI is set, as hosted builds do. */
export function isContinuousIntegration(): boolean {
  return process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false';
}

/** Checks what compiling VS Code's native modules needs; only they are needed to start it. */
export async function ensureToolchain(): Promise<void> {
  if (['g++', 'make', 'python3'].every(isOnPath)) return;
  throw new Error(
    'The VS Code in the browser needs a C++ toolchain (Debian and Ubuntu: sudo apt-get install g++ make python3). With a VS Code of your own: npm start -- --desktop',
  );
}

async function missingNeeds(): Promise<readonly SystemNeed[]> {
  const present = await Promise.all(needs.map((need) => need.isPresent()));
  return needs.filter((_need, index) => present[index] === false);
}

function installCommand(missing: readonly SystemNeed[]): readonly string[] {
  const packages = missing.flatMap((need) => need.debianPackages);
  return ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
}

async function installPackages(
  missing: readonly SystemNeed[],
  report: (line: string) => void,
): Promise<void> {
  if (missing.length === 0 || !isOnPath('apt-get')) return;
  report(`installing ${missing.flatMap((need) => need.debianPackages).join(' ')} …`);
  const asRoot = getuid?.() === 0 ? [] : ['sudo', '-n'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of [['apt-get', 'update'], installCommand(missing)]) {
    const [program = '', ...args] = [...asRoot, ...command];
    await runCommand(program, args, { env, output: 'collect' });
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

async function hasTorch(): Promise<boolean> {
  const script = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)';
  try {
    await runCommand(systemPython, ['-c', script], { output: 'collect' });
    return true;
  } catch {
    return false;
  }
}
