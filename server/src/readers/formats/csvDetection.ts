import {
  type CsvColumns,
  namesSteps,
  parseHeader,
  type StepTrust,
  splitCells,
  trustInStep,
} from './csvColumns.ts';

/** Detection sees no more of a file than this. */
const headBytes = 4096;
/** Text longer than this belongs to a data set, not to a log. */
const longText = 200;
/** So many rows without a step forward are a table of something else. */
const longStandstill = 16;
/** Epochs beyond this are seconds since 1970 in a table of measurements. */
const largestEpoch = 1e8;

/** Names of a column that may count within an epoch. */
const innerCount = /^(batch|batch_idx|iter|iteration|i|it|n_iter|minibatch|idx)$/i;
/** Words in names of metrics. */
const metricWord =
  /loss|acc|err|auc|f1|precision|recall|map\b|iou|dice|psnr|ssim|fid|kl|nll|elbo|bleu|rouge|perplexity|ppl|reward|return|rew|score|lr|learning.rate|grad|norm|train|val|mse|mae|rmse|entropy|wer|cer|top.?[15]|metric|fps|ret\b/i;
/** Names of files that say that they are logs. */
const logName = /log|progress|metric|history|result|train|eval|monitor/i;
/** The columns of Stable-Baselines' monitor.csv: reward, length and time of each episode. */
const monitorNames: readonly string[] = ['r', 'l', 't'];

/**
 * How surely a file is a table of training metrics. Data sets are tables too: what tells metrics is
 * a column that counts steps, by its name and by growing, beside columns of numbers.
 */
export function detectCsv(fileName: string, head: Uint8Array): number {
  if (head.includes(0)) return 0;
  const lines = new TextDecoder().decode(head).split('\n');
  const rest = lines.pop() ?? '';
  const isFull = head.length >= headBytes;
  const first = lines.findIndex((line) => !isPreamble(line));
  const header = lines[first];
  if (header === undefined) return judgeUnfinished(fileName, rest, isFull);
  const columns = parseHeader(header.trim());
  if (!isHeader(columns)) return 0;
  const rows = lines.slice(first + 1).filter((line) => line.trim() !== '');
  // A last row without its end counts if it is all there is and may be whole.
  if (rows.length === 0 && !isFull) rows.push(rest);
  const table = new TableSummary(columns, rows);
  if (table.rows > 0) return judgeTable(fileName, columns, table);
  if (isFull) return judgeNames(fileName, columns.names);
  return columns.step < 0 && !isLogWithoutStep(fileName, columns.names) ? 0 : Number.NaN;
}

/** Lines before the header: empty ones and comments, which Stable-Baselines begins a file with. */
function isPreamble(line: string): boolean {
  const text = line.trim();
  return text === '' || (text.startsWith('#') && !namesSteps(parseHeader(text)));
}

function isHeader({ names, step }: CsvColumns): boolean {
  if (names.length < 2 || names.some((name) => name.length > longText)) return false;
  if (/^[[{<]/.test(names[0] ?? '')) return false;
  return step >= 0 || !names.some((name) => name === '' || isNumber(name));
}

/** A first line whose end is not there yet, or that is longer than the head. */
function judgeUnfinished(fileName: string, rest: string, isFull: boolean): number {
  if (/^\s*[[{<]/.test(rest)) return 0;
  if (!isFull)
    return rest === '' || isHeader(parseHeader(rest)) || !/\s/.test(rest) ? Number.NaN : 0;
  const columns = parseHeader(rest);
  return isHeader(columns) ? judgeNames(fileName, columns.names) : 0;
}

/** Judges a header that fills the whole head: hundreds of names. */
function judgeNames(fileName: string, names: readonly string[]): number {
  const hits = names.filter((name) => metricWord.test(name)).length;
  const isLike = names.length >= 20 && hits >= names.length / 4 && logName.test(fileName);
  return isLike ? 0.6 : 0;
}

function isLogWithoutStep(fileName: string, names: readonly string[]): boolean {
  if (monitorNames.every((name, index) => names[index] === name)) return true;
  return /progress/i.test(fileName) && names.some((name) => metricWord.test(name));
}

function judgeTable(fileName: string, columns: CsvColumns, table: TableSummary): number {
  if (table.numbers === 0 || table.irregularRows > Math.max(2, table.rows)) return 0;
  if (table.longTexts > table.rows / 2) return 0;
  if (columns.step >= 0) return judgeSteps(fileName, columns, table);
  return isLogWithoutStep(fileName, columns.names) && table.numericShare >= 0.9 ? 0.6 : 0;
}

function judgeSteps(fileName: string, { names, step }: CsvColumns, table: TableSummary): number {
  const trust = trustInStep(names[step] ?? '');
  if (table.numericShare < 0.5 || !table.hasCountingStep(trust)) return 0;
  if (names.some((name, index) => index !== step && metricWord.test(name))) {
    return trust === 'weak' ? 0.7 : 0.9;
  }
  if (table.numericShare < 0.9 || trust === 'weak') return 0;
  return trust === 'strong' || logName.test(fileName) ? 0.6 : 0;
}

/** What the rows at the beginning of a table show. */
class TableSummary {
  readonly #steps: number[] = [];
  #stepTexts = 0;
  #texts = 0;
  /** A column to the right of the step that grows where the step stands still (a batch). */
  #hasInnerCount = false;
  /** Rows with as many cells as columns, and others. */
  rows = 0;
  irregularRows = 0;
  /** Cells with numbers, the step's left out. */
  numbers = 0;
  longTexts = 0;

  constructor(columns: CsvColumns, lines: readonly string[]) {
    const inner = columns.names.findIndex((name, index) => {
      return index !== columns.step && innerCount.test(name);
    });
    let lastInner = Number.NaN;
    for (const line of lines) {
      if (line.startsWith('#') || isHeaderAgain(line, columns)) continue;
      const cells = splitCells(line, String.fromCharCode(columns.delimiter));
      this.#takeRow(cells, columns);
      const value = Number(cells[inner] ?? '');
      if (value > lastInner) this.#hasInnerCount = true;
      lastInner = value;
    }
  }

  get numericShare(): number {
    return this.numbers / Math.max(1, this.numbers + this.#texts);
  }

  hasCountingStep(trust: StepTrust): boolean {
    const steps = this.#steps;
    if (steps.length === 0 || this.#stepTexts > steps.length / 4) return false;
    if (trust === 'epoch' && steps.some((step) => Math.abs(step) > largestEpoch)) return false;
    const moves = steps.slice(1).map((step, index) => step - (steps[index] ?? 0));
    const forward = moves.filter((move) => move > 0).length;
    const backward = moves.filter((move) => move < 0).length;
    if (backward > Math.max(2, forward / 3)) return false;
    return forward > 0 || steps.length < longStandstill || this.#hasInnerCount;
  }

  #takeRow(cells: readonly string[], { names, step }: CsvColumns): void {
    if (cells.length !== names.length) {
      this.irregularRows += 1;
      return;
    }
    this.rows += 1;
    cells.forEach((cell, index) => {
      if (cell === '') return;
      const isNumeric = isNumber(cell);
      if (index === step) this.#takeStep(cell, isNumeric);
      else if (isNumeric) this.numbers += 1;
      // The words for a missing number tell nothing about the table.
      else if (!/^(n\/?a|none|null|-)$/i.test(cell)) this.#takeText(cell);
    });
  }

  #takeStep(cell: string, isNumeric: boolean): void {
    if (isNumeric) this.#steps.push(Number(cell));
    else this.#stepTexts += 1;
  }

  #takeText(cell: string): void {
    this.#texts += 1;
    if (cell.length > longText) this.longTexts += 1;
  }
}

/** A restarted run writes the header once more, perhaps with other columns. */
function isHeaderAgain(line: string, { names, delimiter }: CsvColumns): boolean {
  const again = parseHeader(line, delimiter);
  return namesSteps(again) || again.names.every((name, index) => name === names[index]);
}

function isNumber(cell: string): boolean {
  return /^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i.test(cell);
}
