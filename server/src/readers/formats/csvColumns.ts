/** What the columns of a table of metrics mean. */
export interface CsvColumns {
  /** The byte between two cells. */
  readonly delimiter: number;
  readonly names: readonly string[];
  /** Index of the column that counts the steps, or -1. */
  readonly step: number;
  /** Index of the column with the time of day, or -1. */
  readonly wallTime: number;
}

/**
 * Columns that count the steps, in the order of preference: first those of the whole run, then
 * those of one library, at last the epoch, which most others write beside them. Names are compared
 * in lower case, with `_` for spaces and hyphens.
 */
const stepNames = [
  // Lightning, DVCLive, improved-diffusion, wandb and TensorBoard exports ("Step").
  'step',
  'global_step',
  '_step',
  'trainer/global_step',
  'iteration',
  'iter',
  'current_steps',
  'num_updates',
  // OpenAI baselines and Stable-Baselines.
  'timestepssofar',
  'time/total_timesteps',
  'misc/total_timesteps',
  'total_timesteps',
  'total/steps',
  // Ray RLlib, Spinning Up.
  'timesteps_total',
  'totalenvinteracts',
  'training_iteration',
  'time/iterations',
  // Keras, YOLO and most hand-written logs.
  'epoch',
] as const;

/** Columns that count something too; they need metrics beside them to be believed. */
const weakStepNames = [
  'steps',
  'iterations',
  'epochs',
  'misc/nupdates',
  'nupdates',
  'itr',
  'it',
  'round',
  'batch',
  'episodes',
  'episode',
];

/** Columns with seconds or milliseconds since the Unix epoch. `time` is mostly a duration. */
const wallTimeNames = ['wall_time', '_timestamp', 'timestamp'];

/** Cells are parted by one of these. */
const delimiters = [',', '\t', ';'] as const;

/** How much a column's name says that it counts steps. */
export type StepTrust = 'strong' | 'epoch' | 'weak' | 'none';

function findStepColumn(names: readonly string[]): number {
  const plain = names.map(toPlainName);
  for (const name of [...stepNames, ...weakStepNames]) {
    const index = plain.indexOf(name);
    if (index >= 0) return index;
  }
  // pandas writes the index of a table without a name.
  return names[0] === '' ? 0 : -1;
}

export function trustInStep(name: string): StepTrust {
  const plain = toPlainName(name);
  if (plain === 'epoch') return 'epoch';
  if (stepNames.some((known) => known === plain)) return 'strong';
  return plain === '' || weakStepNames.includes(plain) ? 'weak' : 'none';
}

/**
 * The columns that a header line names. A `#` before the first name is left out. `delimiter` is
 * given where earlier rows have shown it.
 */
export function parseHeader(line: string, delimiter?: number): CsvColumns {
  const text = line.replace(/^\s*#+\s*/, '');
  const candidates = delimiters
    .filter((each) => delimiter === undefined || each.charCodeAt(0) === delimiter)
    .map((each) => toColumns(splitCells(text, each), each));
  const [best = toColumns([text], ',')] = candidates.sort((first, second) => {
    const hasStep = Number(second.step >= 0) - Number(first.step >= 0);
    return hasStep || second.names.length - first.names.length;
  });
  return best;
}

/** Whether the names themselves show that a line is a header, even between rows. */
export function namesSteps({ names, step }: CsvColumns): boolean {
  return names.length > 1 && step >= 0 && names[step] !== '';
}

function toColumns(names: readonly string[], delimiter: string): CsvColumns {
  const plain = names.map(toPlainName);
  const wallTime = plain.findIndex((name) => wallTimeNames.includes(name));
  return {
    delimiter: delimiter.charCodeAt(0),
    names,
    step: findStepColumn(names),
    wallTime,
  };
}

/** The cells of a line without its line end, trimmed; quotes as in RFC 4180. */
export function splitCells(line: string, delimiter: string): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const start = skipSpaces(line, at);
    const close = line[start] === '"' ? closingQuote(line, start + 1) : -1;
    const found = line.indexOf(delimiter, Math.max(at, close));
    const end = found < 0 ? line.length : found;
    const isQuoted = close >= 0;
    const raw = isQuoted ? line.slice(start + 1, close).replaceAll('""', '"') : line.slice(at, end);
    cells.push(raw.trim());
    if (found < 0) return cells;
    at = found + 1;
  }
}

function skipSpaces(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ') at += 1;
  return at;
}

/** The index of the quote that closes a cell whose contents begin at `from`, or -1. */
function closingQuote(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at >= 0 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at;
}

function toPlainName(name: string): string {
  return name.toLowerCase().replace(/[ -]/g, '_');
}
