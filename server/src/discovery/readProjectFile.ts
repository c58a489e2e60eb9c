import { nearestName } from '../base/nearestName.ts';
import type { ConfigProblem } from '../model/finding.ts';
import { type ProjectFile, projectFileSchema } from '../model/projectFile.ts';
import type { ConfigNode } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import { logPatternProblems } from './logPatterns.ts';
import { ProjectVocabulary } from './projectFileJsonSchema.ts';
import { keysSetTwice, toWrongPlaces, type WrongPlace } from './projectFileProblem.ts';

/** What `counterweight.yaml` says; what is wrong in it is left out and told. */
export interface ReadProjectFile {
  /** Absent where the text is no YAML or no mapping at all. */
  readonly project?: ProjectFile;
  readonly problems: readonly ConfigProblem[];
}

type Data = { readonly [key: string]: unknown };

/**
 * Reads `counterweight.yaml`. Every wrong key or value is a problem at its place; the rest of the
 * file counts all the same. Where `ruleNames` is given, rules of other names are told too.
 */
export function readProjectFile(text: string, ruleNames: readonly string[] = []): ReadProjectFile {
  const { root, problems: syntax } = yaml.parse(text);
  if (!root) {
    const isBroken = syntax.some(({ severity }) => severity === 'error');
    return { ...(!isBroken && { project: {} }), problems: syntax };
  }
  const data = toData(root) ?? {};
  const names = unknownRules(root, ruleNames);
  const twice = keysSetTwice(root);
  const first = projectFileSchema.safeParse(data);
  const vocabulary = new ProjectVocabulary();
  const wrong = first.success ? [] : toWrongPlaces(first.error.issues, root, vocabulary);
  const project = first.data ?? whatIsRight(data, wrong, vocabulary);
  const patterns = logPatternProblems(text, root, project);
  const told = wrong.map(({ problem }) => problem);
  return {
    ...(project && { project }),
    problems: [...syntax, ...told, ...twice, ...patterns, ...names],
  };
}

/** Each time what is wrong is left out, something may be missing that was there: a few times at most. */
const mostRounds = 4;

function whatIsRight(
  data: unknown,
  wrong: readonly WrongPlace[],
  vocabulary: ProjectVocabulary,
): ProjectFile | undefined {
  let paths: readonly (readonly PropertyKey[])[] = wrong.map(({ path }) => path);
  let rest = data;
  for (let round = 0; round < mostRounds; round += 1) {
    rest = without(rest, paths) ?? {};
    const read = projectFileSchema.safeParse(rest);
    if (read.success) return read.data;
    paths = toWrongPlaces(read.error.issues, undefined, vocabulary).map(({ path }) => path);
  }
  return undefined;
}

/**
 * Plain data of the tree. A key without a value is as good as absent: somebody is typing. The
 * schema has no truth values, so that `off`, which YAML 1.1 reads as false, stays the word it is.
 */
function toData(node: ConfigNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'sequence') return node.items.map(toData);
  if (node.kind === 'scalar') {
    if (typeof node.value === 'boolean') return node.text;
    return node.value ?? undefined;
  }
  const entries = node.entries.map(({ key, value }): [string, unknown] => [key, toData(value)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * The data without what stands at some paths. A missing key takes the mapping that lacks it along;
 * of a list of texts or numbers the wrong ones go, any other list goes as a whole.
 */
function without(data: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  if (Array.isArray(data)) return withoutItems(data, paths);
  if (!isData(data)) return undefined;
  const below = new Map<string, PropertyKey[][]>();
  for (const [key = '', ...rest] of paths) {
    const known = below.get(String(key));
    if (known) known.push(rest);
    else below.set(String(key), [rest]);
  }
  if ([...below.keys()].some((key) => !Object.hasOwn(data, key))) return undefined;
  const entries = Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
    const inner = below.get(key);
    const kept = inner ? without(value, inner) : value;
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}

function withoutItems(
  data: readonly unknown[],
  paths: readonly (readonly PropertyKey[])[],
): unknown {
  if (data.some(isNested)) return undefined;
  const wrong = new Set(paths.map(([index]) => Number(index)));
  return data.filter((_, index) => !wrong.has(index));
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownRules(root: ConfigNode, known: readonly string[]): readonly ConfigProblem[] {
  if (known.length === 0 || root.kind !== 'mapping') return [];
  const rules = root.entries.findLast(({ key }) => key === 'rules')?.value;
  if (rules?.kind !== 'mapping') return [];
  return rules.entries
    .filter(({ key }) => !known.includes(key))
    .map(({ key, keyRange }) => {
      const nearest = nearestName(key, known);
      const hint = nearest ? `did you mean ${nearest}?` : `the rules are ${known.join(', ')}.`;
      return {
        code: 'project-rule',
        severity: 'warning' as const,
        message: `There is no rule ${key}; ${hint}`,
        range: keyRange,
        fixes: nearest
          ? [{ title: `Change to ${nearest}`, range: keyRange, newText: nearest }]
          : [],
      };
    });
}
