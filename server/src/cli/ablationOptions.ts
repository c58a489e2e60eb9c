import { fail, type Result, succeed } from '../base/result.ts';
import type {
  AblationKindName,
  AblationRequest,
  HalvingRequest,
} from '../model/ablationRequest.ts';
import { formatList } from '../rules/wording.ts';

/** So that an option that is given twice can be told, where only the last would count. */
const text = { type: 'string', multiple: true } as const;

/** The options of `ablate` that say what is compared; at most one of them is given. */
export const kindOptions = {
  ready: text,
  named: text,
  without: text,
  only: text,
  scale: text,
  set: text,
  sweep: text,
  search: text,
  strategy: text,
  loss: text,
  schedule: text,
  mode: text,
  shuffle: { type: 'boolean' },
} as const;

/** Those that say how it is run. */
export const manyOptions = {
  seeds: text,
  steps: text,
  trials: text,
  draw: text,
  halving: text,
} as const;

/** What may stand behind an option, for whoever has left it out. */
const examples: Readonly<Record<string, string>> = {
  ready: 'the name of a ready-made experiment',
  named: 'the name of a set of counterweight.yaml',
  without: 'a loss term, as --without kl',
  only: 'a loss term, as --only kl',
  scale: 'a term and a factor, as --scale kl=2',
  set: 'a term and its weight, as --set kl=0.5',
  sweep: 'a term and its weights, as --sweep kl=0.1,1,10',
  search: 'a term and its bounds, as --search kl=0.001..1',
  strategy: 'names with commas between them, as --strategy gradnorm,pcgrad',
  loss: 'names with commas between them, as --loss smooth-l1',
  schedule: 'names with commas between them, as --schedule cosine',
  mode: 'names with commas between them, as --mode two-stage',
  seeds: 'whole numbers, as --seeds 0,1,2',
  steps: 'a whole number, as --steps 500',
  trials: 'a whole number, as --trials 12',
  draw: 'a whole number, as --draw 1',
  halving: 'a metric, as --halving psnr',
};

/** Those that may be given several times, once for each term. */
const oncePerTerm: readonly string[] = ['search', 'sweep'];

type Given = {
  readonly [Name in keyof typeof kindOptions | keyof typeof manyOptions]?:
    | string
    | boolean
    | string[]
    | undefined;
};

/** The request that the options ask for; undefined where none says what is compared. */
export function readAblationRequest(given: Given): Result<AblationRequest | undefined> {
  const kinds = Object.keys(kindOptions).filter((name) => givenAs(given, name) !== undefined);
  const [kind, second] = kinds;
  if (second !== undefined) {
    return fail(
      `--${kind} and --${second} are two experiments: run one after the other, or name both in a set (ablation.sets in counterweight.yaml) and give --named.`,
    );
  }
  const wrong = twiceOrEmpty(given) ?? strayOption(kind, given);
  if (wrong !== undefined) return fail(wrong);
  if (kind === undefined) return succeed(undefined);
  const request = readKind(kind, given);
  if (!request.ok) return request;
  const often = howOften(given);
  return often.ok ? succeed({ ...request.value, ...often.value }) : often;
}

/** Of an option that is given twice the last would count, and of an empty one nothing. */
function twiceOrEmpty(given: Given): string | undefined {
  for (const [name, example] of Object.entries(examples)) {
    const texts = textsOf(given, name);
    if (texts.some((one) => one.replaceAll(',', '').trim() === '')) {
      return `--${name} says nothing: give ${example}.`;
    }
    if (texts.length > 1 && !oncePerTerm.includes(name)) {
      return `--${name} is given ${texts.length} times, and only one can count. Several experiments run as one where a set names them (ablation.sets in counterweight.yaml): --named.`;
    }
  }
  return undefined;
}

/** Options that would change nothing are told, and not passed over. */
function strayOption(kind: string | undefined, given: Given): string | undefined {
  const needs = { halving: ['sweep', 'search', 'named'], trials: ['search'], draw: ['search'] };
  for (const name of Object.keys(manyOptions)) {
    if (givenAs(given, name) === undefined) continue;
    if (kind === undefined) {
      return `--${name} says how an experiment is run, and none is named: give one too, as --without kl.`;
    }
    const kinds = Object.entries(needs).find(([needy]) => needy === name)?.[1];
    if (kinds === undefined || kinds.includes(kind)) continue;
    return `--${name} is for ${formatList(kinds.map((each) => `--${each}`))}, not for --${kind}.`;
  }
  return undefined;
}

function givenAs(given: Given, name: string): Given[keyof Given] {
  return Object.entries(given).find(([key]) => key === name)?.[1];
}

function textsOf(given: Given, name: string): readonly string[] {
  return [givenAs(given, name)].flat().filter((value) => typeof value === 'string');
}

function textOf(given: Given, name: string): string {
  return textsOf(given, name)[0] ?? '';
}

function readKind(kind: string, given: Given): Result<AblationRequest> {
  const text = textOf(given, kind);
  switch (kind) {
    case 'ready':
      return succeed({ kind, name: text });
    case 'named':
      return succeed({ kind, name: text, ...halvingOf(given) });
    case 'without':
    case 'only':
      return succeed({ kind, term: text });
    case 'scale':
    case 'set':
      return readWeight(kind, text);
    case 'sweep':
      return readSweep(given);
    case 'search':
      return readSearch(given);
    case 'loss':
      return readLoss(text);
    case 'schedule':
      return readSchedule(text);
    case 'strategy':
    case 'mode':
      return succeed({ kind, names: wordsOf(text) });
    default:
      return succeed({ kind: 'shuffle' });
  }
}

function readWeight(kind: AblationKindName, text: string): Result<AblationRequest> {
  const pair = pairOf(text);
  const value = pair ? numberOf(pair[1]) : Number.NaN;
  if (!pair || Number.isNaN(value))
    return fail(`--${kind} ${text}: give a term and a number, as kl=0.5.`);
  return succeed({ kind, term: pair[0], value });
}

type Axes = readonly (readonly [string, readonly number[]])[];

function readSweep(given: Given): Result<AblationRequest> {
  const axes = readAxes('sweep', given);
  if (!axes.ok) return axes;
  const weights = Object.fromEntries(axes.value.map(([term, values]) => [term, [...values]]));
  return succeed({ kind: 'sweep', weights, ...halvingOf(given) });
}

function readSearch(given: Given): Result<AblationRequest> {
  const axes = readAxes('search', given);
  const trials = wholeNumber(given, 'trials');
  const draw = wholeNumber(given, 'draw');
  if (!axes.ok) return axes;
  if (!trials.ok) return trials;
  if (!draw.ok) return draw;
  if (trials.value === undefined || trials.value < 1) {
    return fail('--search needs --trials: how many variants are drawn, as --trials 12.');
  }
  const weights = Object.fromEntries(
    axes.value.map(([term, [low = 0, high = 0]]): [string, [number, number]] => [
      term,
      [low, high],
    ]),
  );
  const drawn = draw.value === undefined ? {} : { draw: draw.value };
  return succeed({ kind: 'search', weights, trials: trials.value, ...drawn, ...halvingOf(given) });
}

/** The weights of each term: `kl=0.1,1,10` of a sweep, `kl=0.001..1` of a search. */
function readAxes(kind: 'search' | 'sweep', given: Given): Result<Axes> {
  const axes: [string, readonly number[]][] = [];
  for (const text of textsOf(given, kind)) {
    const pair = pairOf(text);
    const numbers = numbersOf(kind, pair?.[1] ?? '');
    if (!pair || !numbers) {
      const example = kind === 'sweep' ? 'kl=0.1,1,10' : 'kl=0.001..1';
      return fail(`--${kind} ${text}: give a term and its weights, as ${example}.`);
    }
    if (axes.some(([term]) => term === pair[0])) {
      return fail(`--${kind} gives ${pair[0]} twice: write all its weights behind one.`);
    }
    axes.push([pair[0], numbers]);
  }
  return succeed(axes);
}

function numbersOf(kind: 'search' | 'sweep', text: string): readonly number[] | undefined {
  const numbers = text.split(kind === 'sweep' ? ',' : '..').map(numberOf);
  // Of three dots nobody can tell where the first number ends.
  const isWhole = kind === 'sweep' || (numbers.length === 2 && !text.includes('...'));
  return isWhole && !numbers.some(Number.isNaN) ? numbers : undefined;
}

/** `smooth-l1,absolute-error`, or `encoder_loss=smooth-l1`. */
function readLoss(text: string): Result<AblationRequest> {
  const [key, names] = keyAndNames(text);
  if (names.length === 0) return fail(`--loss ${text}: give ${examples.loss}.`);
  return succeed({ kind: 'loss', names, ...(key === undefined ? {} : { key }) });
}

/** `cosine,linear` of the learning rate, or `kl=linear` of a weight. */
function readSchedule(text: string): Result<AblationRequest> {
  const [term, names] = keyAndNames(text);
  if (names.length === 0) return fail(`--schedule ${text}: give ${examples.schedule}.`);
  return succeed({ kind: 'schedule', names, ...(term === undefined ? {} : { term }) });
}

function keyAndNames(text: string): readonly [string | undefined, string[]] {
  const pair = pairOf(text);
  return pair ? [pair[0], wordsOf(pair[1])] : [undefined, wordsOf(text)];
}

/** `psnr`, or `loss/kl:lower` where the name does not say which way is better. */
function halvingOf(given: Given): { readonly halving?: HalvingRequest } {
  const text = textOf(given, 'halving');
  if (text === '') return {};
  const [, metric = text, way] = /^(.*):(lower|higher)$/.exec(text) ?? [];
  if (way === 'lower' || way === 'higher') return { halving: { metric, better: way } };
  return { halving: { metric } };
}

function howOften(given: Given): Result<Pick<AblationRequest, 'seeds' | 'steps'>> {
  const [text] = textsOf(given, 'seeds');
  const seeds = text?.split(',').map(numberOf);
  if (seeds?.some((seed) => !Number.isSafeInteger(seed))) {
    return fail(`--seeds ${text}: give whole numbers with commas between them, as 0,1,2.`);
  }
  const steps = wholeNumber(given, 'steps');
  if (!steps.ok || (steps.value !== undefined && steps.value < 1)) {
    return fail(`--steps ${textOf(given, 'steps')}: give a whole number above 0.`);
  }
  return succeed({
    ...(seeds ? { seeds } : {}),
    ...(steps.value === undefined ? {} : { steps: steps.value }),
  });
}

function wholeNumber(given: Given, name: string): Result<number | undefined> {
  const [value] = textsOf(given, name);
  if (value === undefined) return succeed(undefined);
  const number = numberOf(value);
  return Number.isSafeInteger(number)
    ? succeed(number)
    : fail(`--${name} ${value}: give a whole number.`);
}

/** Term or key, and what stands behind the equals sign. */
function pairOf(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('=');
  return at > 0 ? [text.slice(0, at).trim(), text.slice(at + 1)] : undefined;
}

function wordsOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
