import { nearestName } from '../base/nearestName.ts';
import type { ConfigProblem } from '../model/finding.ts';
import { type ProjectFile, projectFileSchema } from '../model/projectFile.ts';
import type { ConfigNode } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import { logPatternProblems } from './logPatterns.ts';
import { toWrongPlaces } from './projectFileProblem.ts';

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
  const first = projectFileSchema.safeParse(data);
  if (first.success) {
    const patterns = logPatternProblems(text, root, first.data);
    return { project: first.data, problems: [...syntax, ...patterns, ...names] };
  }
  const wrong = toWrongPlaces(first.error.issues, root);
  const rest = wrong.reduce<unknown>((kept, { path }) => without(kept, path), data);
  const second = projectFileSchema.safeParse(rest);
  const patterns = logPatternProblems(text, root, second.data);
  return {
    ...(second.success && { project: second.data }),
    problems: [...syntax, ...wrong.map(({ problem }) => problem), ...patterns, ...names],
  };
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

/** The data without what stands at a path; a missing key takes the mapping that lacks it along. */
function without(data: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return {};
  if (Array.isArray(data)) return undefined;
  if (!isData(data) || !Object.hasOwn(data, key)) return undefined;
  const inner = rest.length === 0 ? undefined : without(data[String(key)], rest);
  const entries = Object.entries(data).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? entries : [...entries, [String(key), inner]]);
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
