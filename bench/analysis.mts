import { discoverTerms } from '../server/src/discovery/discoverTerms.ts';
import { parseConfig, parseConfigInSteps } from '../server/src/syntax/registry.ts';
import { problemsOf, readConfigFile } from '../server/src/workspace/configFile.ts';
import { denseProgram, longConfig, longProgram } from './longTexts.mts';

/**
 * `npm run bench:analysis`: how long a file holds the server up after an edit of one character: its
 * text parsed, its loss weights found again, and all that the server makes of it, lint included; of a
 * YAML config of 2,000 lines, a Python program of 5,000, and one with ten times the weights of real
 * ones. Also the time of the first reading, of a program in the longest of its steps. By the clock,
 * and in brackets in processor time of the thread: other programs disturb that least, but some
 * systems count it in ticks of 4 ms.
 */
const rounds = 80;
const warmUp = 20;

interface Subject {
  readonly path: string;
  readonly text: string;
  /** In front of which a digit is written. */
  readonly edited: string;
}

const subjects: readonly Subject[] = [
  { path: 'config.yaml', text: longConfig(2000), edited: '0.1\n' },
  { path: 'train.py', text: longProgram(5000), edited: '0.1 * gan' },
  { path: 'dense.py', text: denseProgram(5000), edited: '0.1 * gan' },
];

/** In milliseconds. */
interface Time {
  readonly processor: number;
  readonly clock: number;
}

function timed(work: () => void): Time {
  const before = process.threadCpuUsage();
  const start = performance.now();
  work();
  const clock = performance.now() - start;
  const { user, system } = process.threadCpuUsage(before);
  return { processor: (user + system) / 1000, clock };
}

function summary(times: readonly Time[]): string {
  const at = (kind: keyof Time, share: number): string => {
    const sorted = times.slice(warmUp).map((time) => time[kind]);
    sorted.sort((a, b) => a - b);
    return (sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(1);
  };
  const both = (share: number): string => `${at('clock', share)} (${at('processor', share)}) ms`;
  return `median ${both(0.5)}, least ${both(0)}, 9 of 10 below ${both(0.9)}`;
}

function measureEdits({ path, text: first, edited }: Subject): void {
  let text = first;
  let document = parseConfig(path, text);
  let file = readConfigFile(path, path, text, undefined);
  const parsing: Time[] = [];
  const finding: Time[] = [];
  const all: Time[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = Math.floor((round / rounds) * text.length * 0.9);
    const at = text.indexOf(edited, from);
    if (at < 0) throw new Error(`${path} has no ${edited} to edit.`);
    text = `${text.slice(0, at)}1${text.slice(at)}`;
    parsing.push(
      timed(() => {
        document = parseConfig(path, text, document);
      }),
    );
    finding.push(timed(() => document && discoverTerms(document)));
    all.push(
      timed(() => {
        file = readConfigFile(path, path, text, file);
      }),
    );
  }
  const lines = text.split('\n').length;
  const { terms } = file;
  const problems = problemsOf(file);
  console.log(
    `${path}: ${lines} lines, ${terms.length} loss terms, ${problems.length} problems, ` +
      `n = ${rounds - warmUp} edits`,
  );
  console.log(`  parse              ${summary(parsing)}`);
  console.log(`  find the weights   ${summary(finding)}`);
  console.log(`  both and the lint  ${summary(all)}`);
}

function measureFirst({ path, text }: Subject): void {
  const steps = parseConfigInSteps(path, text);
  const times: Time[] = [];
  for (let isDone = false; !isDone; ) {
    times.push(
      timed(() => {
        isDone = steps.next().done === true;
      }),
    );
  }
  const total = times.reduce((sum, { clock }) => sum + clock, 0);
  const longest = Math.max(...times.map(({ clock }) => clock));
  console.log(
    `  read as a whole    ${total.toFixed(0)} ms, the longest step ${longest.toFixed(1)} ms`,
  );
}

for (const subject of subjects) {
  measureEdits(subject);
  measureFirst(subject);
}
