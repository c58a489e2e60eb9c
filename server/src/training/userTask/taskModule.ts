import { nearestName } from '../../base/nearestName.ts';
import { fail, type Result, succeed } from '../../base/result.ts';
import {
  lineOfExport,
  lineOfName,
  type ModuleSource,
  mistakeAt,
  type TaskMistake,
} from './taskMistake.ts';

/** What the module of a user's task exports, checked. */
export interface TaskModule {
  readonly terms: readonly { readonly name: string; readonly description: string }[];
  readonly sharedGroup: string;
  readonly create: (context: unknown) => unknown;
}

type Exports = Readonly<Record<string, unknown>>;

const examples = {
  terms: "export const terms = { data: 'what this loss compares' };",
  sharedGroup: "export const sharedGroup = 'network';",
  create: 'export function create({ tf, options, random }) { … }',
} as const;
type ExportName = keyof typeof examples;
const exportNames: readonly ExportName[] = ['terms', 'sharedGroup', 'create'];

/** What the exports of a module are as a task, or the first mistake in them. */
export function readTaskModule(
  exports: Exports,
  source: ModuleSource,
): Result<TaskModule, TaskMistake> {
  const { terms, sharedGroup, create } = exports;
  const missing = exportNames.find((name) => exports[name] === undefined);
  if (missing !== undefined) {
    return fail(mistakeAt(source, ...missingExport(exports, missing, source)));
  }
  const wrong = (name: ExportName, value: unknown, wanted: string): Result<never, TaskMistake> => {
    const said = `${name} is ${inWords(value)}; it must ${wanted}: ${examples[name]}`;
    return fail(mistakeAt(source, lineOfExport(source.text, name), said));
  };
  if (!isRecord(terms) || Object.keys(terms).length === 0) {
    return wrong('terms', terms, 'name each loss and say what it is');
  }
  if (typeof sharedGroup !== 'string') {
    return wrong('sharedGroup', sharedGroup, 'be the name of the parameters that all losses share');
  }
  if (typeof create !== 'function') return wrong('create', create, 'be a function');
  const described: { name: string; description: string }[] = [];
  for (const [name, description] of Object.entries(terms)) {
    const problem = termProblem(name, description);
    if (problem !== undefined) {
      return fail(mistakeAt(source, lineOfName(source.text, name, 'terms'), problem));
    }
    described.push({ name, description: String(description) });
  }
  return succeed({ terms: described, sharedGroup, create: (context) => create(context) });
}

/** The line and the words for an export that is not there. */
function missingExport(
  exports: Exports,
  name: ExportName,
  { text }: ModuleSource,
): readonly [number, string] {
  const others = Object.keys(exports).filter((other) => other !== name);
  const near = nearestName(name, others);
  if (near !== undefined) {
    return [lineOfExport(text, near), `It exports ${near}, which must be called ${name}.`];
  }
  if (exports.default !== undefined && exports['module.exports'] === undefined) {
    const said = `It has a default export; a task exports terms, sharedGroup and create by their names, as in: ${examples[name]}`;
    return [1, said];
  }
  return [1, `It exports no ${name}; add: ${examples[name]}`];
}

/** Lower case, as configs have it, so that the weight, the metrics and the loss have one name. */
const termPattern = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
/** What the search for loss weights in configs leaves out of a name. */
const fillers = 'loss(?:es)?|criteri(?:on|ons|a)|objective|weights?|cfg|config|opts?|params|args';
const fillerPattern = new RegExp(`^(?:${fillers})(?:_|$)|(?:^|_)(?:${fillers})$|.loss$`);
/** `loss/total` is the weighted sum, `cos/<term>~rest` the cosine with the others. */
const taken = ['total', 'rest'];

function termProblem(name: string, description: unknown): string | undefined {
  if (!termPattern.test(name)) {
    return `terms names a loss ${JSON.stringify(name)}; the name of a loss is of lower-case letters, digits and _ and begins with a letter.`;
  }
  if (fillerPattern.test(name)) {
    return `terms names a loss ${name}; leave out the word that says that it is a loss or a weight, as in data for data_loss.`;
  }
  if (taken.includes(name))
    return `terms names a loss ${name}, which is the name of a metric here.`;
  if (typeof description === 'string') return undefined;
  return `terms.${name} is ${inWords(description)}; it must be a text that says what the loss is.`;
}

/** Whether a value is an object with keys, and neither a list nor a function. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of the user's as a message names it. */
export function inWords(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
  return JSON.stringify(value) ?? String(value);
}
