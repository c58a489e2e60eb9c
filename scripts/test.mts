// `npm test`: all the set-up, all the checks, all the tests; one headline and one time per stage; it
// stops at the first stage that fails. `npm test -- --project unit` runs one level of tests alone,
// further arguments go to vitest: `npm test -- --project unit test/unit/readers`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { killDescendants, runCommand } from './processes.mts';
import { ensureSystemPackages } from './systemPackages.mts';
import { ensureHost } from './vscodeHost.mts';

interface Stage {
  readonly title: string;
  readonly run: () => Promise<void>;
  /** The vitest project that this stage runs or prepares; checks of the source belong to none. */
  readonly projects: readonly Project[];
}

const projects = ['tidy', 'unit', 'integration', 'e2e'] as const;
type Project = (typeof projects)[number];

/** The totals of all vitest projects, as their JSON reports give them. */
class Totals {
  #passed = 0;
  #failed = 0;

  add(passed: number, failed: number): void {
    this.#passed += passed;
    this.#failed += failed;
  }

  get failed(): number {
    return this.#failed;
  }

  toString(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}

const { values, positionals } = parseArgs({
  options: { project: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const totals = new Totals();
const reports = await mkdtemp(join(tmpdir(), 'counterweight-test-'));

const stages: readonly Stage[] = [
  {
    title: 'format and lint',
    projects: [],
    run: () => nodeModule('@biomejs/biome/bin/biome', 'ci'),
  },
  {
    title: 'types',
    projects: [],
    run: async () => {
      await nodeModule('typescript/bin/tsc', '-p', '.');
      await nodeModule('typescript/bin/tsc', '-p', 'media');
    },
  },
  {
    title: 'build and package',
    projects: ['integration', 'e2e'],
    run: () => node(join('scripts', 'package.mts')),
  },
  { title: 'tidy', projects: ['tidy'], run: () => vitest('tidy') },
  { title: 'unit', projects: ['unit'], run: () => vitest('unit') },
  { title: 'integration', projects: ['integration'], run: () => vitest('integration') },
  {
    title: 'VS Code for the end-to-end tests',
    projects: ['e2e'],
    run: async () => {
      await ensureHost((line) => console.log(line));
    },
  },
  { title: 'end to end', projects: ['e2e'], run: () => vitest('e2e') },
];

async function node(...args: readonly string[]): Promise<void> {
  await runCommand(process.execPath, args, { output: 'show' });
}

function nodeModule(script: string, ...args: readonly string[]): Promise<void> {
  return node(join('node_modules', script), ...args);
}

async function vitest(project: Project): Promise<void> {
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    await nodeModule(
      'vitest/vitest.mjs',
      'run',
      '--project',
      project,
      ...reporters,
      ...positionals,
    );
  } finally {
    await count(report);
  }
}

/** A test file that could not even be loaded holds no tests; it counts as one failure. */
async function count(report: string): Promise<void> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return totals.add(0, 1);
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(text);
  const broken = testResults.filter(
    (file: { readonly status: string; readonly assertionResults: readonly unknown[] }) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  totals.add(numPassedTests, numFailedTests + broken.length);
}

function selectedStages(): readonly Stage[] {
  if (values.project.length === 0) return stages;
  const unknown = values.project.filter((name) => !projects.some((project) => project === name));
  if (unknown.length > 0) {
    throw new Error(`--project ${unknown.join(', ')}: there are ${projects.join(', ')}.`);
  }
  return stages.filter((stage) => stage.projects.some((name) => values.project.includes(name)));
}

async function runStages(selected: readonly Stage[]): Promise<void> {
  for (const [index, stage] of selected.entries()) {
    console.log(`\n=== ${index + 1}/${selected.length} ${stage.title}`);
    const started = Date.now();
    try {
      await stage.run();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new Error(`${stage.title} failed after ${secondsSince(started)}: ${detail}`);
    }
    console.log(`--- ${stage.title}: ${secondsSince(started)}`);
  }
}

function secondsSince(started: number): string {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

process.once('SIGTERM', () => {
  killDescendants();
  process.exit(143);
});

const started = Date.now();
try {
  const selected = selectedStages();
  if (selected.some(({ projects }) => projects.includes('e2e'))) {
    await ensureSystemPackages((line) => console.log(line));
  }
  await runStages(selected);
} catch (error) {
  // A check that is no test, or an error outside all tests, must not look like "0 failed".
  if (totals.failed === 0) totals.add(0, 1);
  console.error(`\ncounterweight: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await rm(reports, { recursive: true, force: true });
}
console.log(`\nAll of it took ${secondsSince(started)}.`);
console.log(totals.toString());
