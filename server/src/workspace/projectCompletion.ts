import { placeAt } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import { type OptionSchema, optionAt } from '../training/optionSchema.ts';
import { type ConfigCompletion, completeBySchema, type Writing } from './configCompletion.ts';
import type { ConfigHover } from './configHover.ts';
import { code } from './hoverText.ts';
import { optionMarkdown } from './optionText.ts';

/** Names that no schema can list. */
export interface ProjectNames {
  /** Loss terms of the configs that the file speaks for. */
  readonly terms: readonly string[];
  /** What their runs log. */
  readonly metrics: readonly string[];
  /** Rules with what they find. */
  readonly rules: readonly { readonly name: string; readonly description: string }[];
}

/** What may be written at an offset of `counterweight.yaml`. */
export function completeProject(
  text: string,
  offset: number,
  schema: OptionSchema,
  names: ProjectNames,
): readonly ConfigCompletion[] {
  const cursor = yaml.locate(text, offset);
  if (!cursor) return [];
  const writing = { language: yaml, cursor, text, task: undefined };
  return [...completeBySchema(writing, schema), ...named(writing, names)];
}

function named(writing: Writing, names: ProjectNames): readonly ConfigCompletion[] {
  const { cursor } = writing;
  const place = cursor.path.join('.');
  if (cursor.part === 'key' && place === 'terms') {
    return names.terms.map((name) => keyOf(writing, name, 'a loss of an open config', '\n  '));
  }
  if (cursor.part === 'key' && place === 'rules') {
    return names.rules.map(({ name, description }) => keyOf(writing, name, description, ' '));
  }
  if (cursor.part === 'value' && /^ablation\.sets\.[^.]+\.\d+\.term$/.test(place)) {
    return names.terms.map((term) => asValue(writing, term, 'A loss of an open config.'));
  }
  const isMetric = place === 'total' || /^terms\.[^.]+\.(metric|gradient)$/.test(place);
  const isDeciding = /^ablation\.metrics(\.\d+)?$/.test(place);
  return cursor.part === 'value' && (isMetric || isDeciding)
    ? names.metrics.map((metric) => asValue(writing, metric, 'Logged by a run of an open config.'))
    : [];
}

function keyOf(
  { cursor, language }: Writing,
  label: string,
  documentation: string,
  behind: string,
): ConfigCompletion {
  const key = language.formatValue(label);
  const newText = cursor.hasValue ? key : `${key}:${behind}`;
  return { label, kind: 'key', detail: '', documentation, range: cursor.word, newText };
}

function asValue(
  { cursor, language }: Writing,
  label: string,
  documentation: string,
): ConfigCompletion {
  const newText = language.formatValue(label);
  return { label, kind: 'value', detail: '', documentation, range: cursor.word, newText };
}

/** What a key of `counterweight.yaml` means; undefined elsewhere. */
export function projectHover(
  text: string,
  offset: number,
  schema: OptionSchema,
): ConfigHover | undefined {
  const { root } = yaml.parse(text);
  const place = placeAt(root, offset);
  const option = place && optionAt(schema, place.path, toPlainData(root));
  if (!place || !option) return undefined;
  const markdown = `**${code(place.path.join('.'))}**\n\n${optionMarkdown(option)}`;
  return { range: place.range, markdown };
}
