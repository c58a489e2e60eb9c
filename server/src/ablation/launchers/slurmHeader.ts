import { fail, type Result, succeed } from '../../base/result.ts';

/** Options that are ours to give: in the header they would be overruled without a word. */
const ownOptions: ReadonlyMap<string, string> = new Map([
  ['--array', 'its tasks are the runs of the experiment; see run.slurm.array_limit'],
  ['-a', 'its tasks are the runs of the experiment; see run.slurm.array_limit'],
  ['--output', 'what a run prints is kept in its folder'],
  ['-o', 'what a run prints is kept in its folder'],
  ['--error', 'what a run prints is kept in its folder'],
  ['-e', 'what a run prints is kept in its folder'],
  ['--chdir', 'the working directory is run.cwd'],
  ['-D', 'the working directory is run.cwd'],
  ['--workdir', 'the working directory is run.cwd'],
  ['--wait', 'runs are followed without it'],
  ['-W', 'runs are followed without it'],
  ['--wrap', 'the command is run.command'],
  ['--test-only', 'counterweight ablate --plan shows what would be run'],
  ['--clusters', 'jobs are looked for on one cluster only; set SLURM_CLUSTERS for the editor'],
  ['-M', 'jobs are looked for on one cluster only; set SLURM_CLUSTERS for the editor'],
]);

/** Options of one letter that take no value, so that others may follow in the same word. */
const withoutValue = 'hHIkOQsvVW';

/** So many characters of a long option tell it from others; sbatch takes it abbreviated. */
const leastAbbreviation = 4;

/** Whether the header can stand in a batch script, or in words why not. */
export function checkHeader(header: readonly string[]): Result<readonly string[]> {
  for (const line of header) {
    const problem = problemOf(line);
    if (problem !== undefined) return fail(`counterweight.yaml: ${problem}`);
  }
  return succeed(header);
}

function problemOf(line: string): string | undefined {
  if (/[\r\n\0]/.test(line)) return 'each entry of run.slurm.header is one line.';
  if (!isDirective(line)) {
    return /^\s*#\s*SBATCH\b/i.test(line)
      ? `"${line}" in run.slurm.header is a mere comment to Slurm; write #SBATCH at its beginning, in capitals, and a space behind it.`
      : undefined;
  }
  if (/^#SBATCH\s+(?:het|pack)job\b/.test(line)) {
    return `take "${line}" out of run.slurm.header: runs are a job array, and Slurm has none of heterogeneous jobs.`;
  }
  const own = optionsOf(line).map(ownOption).find(Boolean);
  return own === undefined
    ? undefined
    : `take ${own} out of run.slurm.header: ${ownOptions.get(own)}.`;
}

/** The option of ours that a word stands for, be it abbreviated. */
function ownOption(word: string): string | undefined {
  if (ownOptions.has(word)) return word;
  if (!word.startsWith('--') || word.length < leastAbbreviation) return undefined;
  return [...ownOptions.keys()].find((name) => name.startsWith(word));
}

/** True of lines that Slurm reads. */
export function isDirective(line: string): boolean {
  return /^#SBATCH\s/.test(line);
}

/** `--time` of `--time=1:00`, `-t` of `-t 10` and of `-t10`. */
function optionsOf(line: string): readonly string[] {
  return wordsOf(line)
    .filter((word) => word.startsWith('-'))
    .flatMap((word) => (word.startsWith('--') ? [word.split('=')[0] ?? word] : letters(word)));
}

/** `-H` and `-o` of `-Ho out.txt`; the letters behind one that takes a value are the value. */
function letters(word: string): readonly string[] {
  const given = [...word.slice(1)];
  const last = given.findIndex((letter) => !withoutValue.includes(letter));
  return given.slice(0, last < 0 ? given.length : last + 1).map((letter) => `-${letter}`);
}

/** As Slurm parts them: quotes hold a value together, and a `#` of its own begins a comment. */
function wordsOf(line: string): readonly string[] {
  const words = line.slice('#SBATCH'.length).match(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

/** True where the header gives the jobs a name of its own. */
export function namesJob(header: readonly string[]): boolean {
  return names(header, ['--job-name', '-J']);
}

/** True where the header lets the jobs wait for others. */
export function namesDependency(header: readonly string[]): boolean {
  return names(header, ['--dependency', '-d']);
}

function names(header: readonly string[], options: readonly string[]): boolean {
  return header
    .filter(isDirective)
    .some((line) => optionsOf(line).some((name) => options.includes(name)));
}
