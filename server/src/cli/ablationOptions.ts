import { fail, type Result, succeed } from '../base/result.ts';
import type {
  AblationKindName,
  AblationRequest,
  HalvingRequest,
} from '../model/ablationRequest.ts';

/** The options of `ablate` that say what is compared; at most one of them is given. */
export const kindOptions = {
  ready: { type: 'string' },
  named: { type: 'string' },
  without: { type: 'string' },
  only: { type: 'string' },
  scale: { type: 'string' },
  set: { type: 'string' },
  sweep: { type: 'string', multiple: true },
  search: { type: 'string', multiple: true },
  strategy: { type: 'string' },
  loss: { type: 'string' },
  schedule: { type: 'string' },
  mode: { type: 'string' },
  shuffle: { type: 'boolean' },
} as const;

/** Those that say how it is run. */
export const manyOptions = {
  seeds: { type: 'string' },
  steps: { type: 'string' },
  trials: { type: 'string' },
  draw: { type: 'string' },
  halving: { type: 'string' },
} as const;

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
  if (kind === undefined) return succeed(undefined);
  if (second !== undefined) {
    return fail(
      `--${kind} and --${second} are two experiments: run one after the other, or name both in a set (ablation.sets in counterweight.yaml) and give --named.`,
    );
  }
  const stray = strayOption(kind, given);
  if (stray !== undefined) return fail(stray);
  const request = readKind(kind, given);
  if (!request.ok) return request;
  const often = howOften(given);
  return often.ok ? succeed({ ...request.value, ...often.value }) : often;
}

/** Options that would change nothing are told, and not passed over. */
function strayOption(kind: string, given: Given): string | undefined {
  const needs = { halving: ['sweep', 'search'], trials: ['search'], draw: ['search'] };
  for (const [name, kinds] of Object.entries(needs)) {
    if (givenAs(given, name) === undefined || kinds.includes(kind)) continue;
    return `--${name} is for ${kinds.map((each) => `--${each}`).join(' and ')}, not for --${kind}.`;
  }
  return undefined;
}

function givenAs(given: Given, name: string): Given[keyof Given] {
  return Object.entries(given).find(([key]) => key === name)?.[1];
}

function textOf(given: Given, name: string): string {
  const value = givenAs(given, name);
  return typeof value === 'string' ? value : '';
}

function readKind(kind: string, given: Given): Result<AblationRequest> {
  const text = textOf(given, kind);
  switch (kind) {
    case 'ready':
    case 'named':
      return succeed({ kind, name: text });
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
  const texts = [givenAs(given, kind)].flat().filter((text) => typeof text === 'string');
  for (const text of texts) {
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
  const isWhole = kind === 'sweep' || numbers.length === 2;
  return isWhole && !numbers.some(Number.isNaN) ? numbers : undefined;
}

/** `smooth-l1,absolute-error`, or `encoder_loss=smooth-l1`. */
function readLoss(text: string): Result<AblationRequest> {
  const pair = pairOf(text);
  return succeed(
    pair
      ? { kind: 'loss', key: pair[0], names: wordsOf(pair[1]) }
      : { kind: 'loss', names: wordsOf(text) },
  );
}

/** `cosine,linear` of the learning rate, or `kl=linear` of a weight. */
function readSchedule(text: string): Result<AblationRequest> {
  const pair = pairOf(text);
  return succeed(
    pair
      ? { kind: 'schedule', term: pair[0], names: wordsOf(pair[1]) }
      : { kind: 'schedule', names: wordsOf(text) },
  );
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
  const text = givenAs(given, 'seeds');
  // Number('') is 0, which nobody asked for.
  const seeds = typeof text === 'string' ? text.split(',').map(numberOf) : undefined;
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
  const value = givenAs(given, name);
  if (typeof value !== 'string') return succeed(undefined);
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
