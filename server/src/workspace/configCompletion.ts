import type { TextRange } from '../base/textRange.ts';
import type { ConfigLanguage, CursorPlace } from '../syntax/configTree.ts';
import { configLanguages } from '../syntax/registry.ts';
import { toPlainData } from '../syntax/toPlainData.ts';
import {
  type ConfigOption,
  childOf,
  type OptionSchema,
  optionAt,
  valueAt,
} from '../training/optionSchema.ts';
import { vocabularyAt } from '../training/optionVocabulary.ts';
import { describeValue } from '../training/optionWords.ts';
import { strategies } from '../training/strategies/registry.ts';
import type { NamedChoice, TaskOutline } from '../training/task.ts';
import { taskOf } from '../training/taskConfig.ts';
import type { ConfigFile } from './configFile.ts';
import { isGroup, optionDetail, optionMarkdown } from './optionText.ts';
import { costText, prose } from './strategyHover.ts';
import type { TaskSchemas } from './taskSchemas.ts';

/** Something that may be written at the cursor. */
export interface ConfigCompletion {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'mapping';
  /** What is allowed and what is the default, or why this one; one line. */
  readonly detail: string;
  /** Markdown. */
  readonly documentation: string;
  /** What it takes the place of. */
  readonly range: TextRange;
  /** Its further lines are indented relative to the line of the cursor. */
  readonly newText: string;
  /** The part of `newText` that is selected afterwards, so that the next letters replace it. */
  readonly selected?: TextRange;
  /** A range before `range` that goes away too. */
  readonly removes?: TextRange;
}

/** What may be written at an offset of a built-in task's config, the likeliest first. */
export function completeConfig(
  file: ConfigFile,
  offset: number,
  schemas: TaskSchemas,
): readonly ConfigCompletion[] {
  const language = configLanguages.find(({ name }) => name === file.document?.language);
  const cursor = language?.locate(file.text, offset);
  if (!language || !cursor) return [];
  const task = taskOf(cursor.root) ?? file.task;
  const writing = { language, cursor, text: file.text, task };
  if (!task) return cursor.path.join('.') === 'task' ? taskNames(writing) : [];
  return completeBySchema(writing, schemas.of(task));
}

/** What a schema allows at the cursor: keys that are not there yet, or values. */
export function completeBySchema(
  writing: Writing,
  schema: OptionSchema,
): readonly ConfigCompletion[] {
  const { cursor } = writing;
  const data = toPlainData(cursor.root);
  const option = optionAt(schema, cursor.path, data);
  if (!option) return [];
  return cursor.part === 'key' ? keys(writing, option, data) : values(writing, option);
}

/** A place at which somebody writes, in the config of a task or in a file of no task. */
export interface Writing {
  readonly language: ConfigLanguage;
  readonly cursor: CursorPlace;
  readonly text: string;
  readonly task: TaskOutline | undefined;
}

function taskNames({ language, cursor }: Writing): readonly ConfigCompletion[] {
  const choices = vocabularyAt(['task'], undefined)?.choices ?? [];
  return choices.map(({ name, description }) => ({
    label: name,
    kind: 'value',
    detail: 'built-in task',
    documentation: prose(description),
    range: cursor.word,
    newText: language.formatValue(name),
  }));
}

/** The keys that are not there yet, those that must be there first. */
function keys(writing: Writing, option: ConfigOption, data: unknown): readonly ConfigCompletion[] {
  const mapping = writing.cursor.path.reduce<unknown>(valueAt, data);
  const options = commonKeys(option.alternatives)
    .filter((key) => valueAt(mapping, key) === undefined || isUnderCursor(writing, key))
    .flatMap((key) => childOf(option, key, undefined) ?? []);
  return options
    .toSorted((a, b) => Number(b.required) - Number(a.required))
    .map((child) => keyCompletion(writing, child));
}

/** While several alternatives are open, only the keys of all of them are known to be right. */
function commonKeys(alternatives: readonly OptionSchema[]): readonly string[] {
  const [first = [], ...rest] = alternatives.flatMap(({ properties }) =>
    properties ? [Object.keys(properties)] : [],
  );
  return first.filter((key) => rest.every((others) => others.includes(key)));
}

function isUnderCursor({ cursor, text }: Writing, key: string): boolean {
  return text.slice(cursor.word.start, cursor.word.end).replaceAll(/["']/g, '') === key;
}

function keyCompletion(writing: Writing, option: ConfigOption): ConfigCompletion {
  return {
    label: option.name,
    kind: 'key',
    detail: optionDetail(option),
    documentation: optionMarkdown(option),
    range: writing.cursor.word,
    ...keyText(writing, option),
  };
}

function keyText(
  { language, cursor, text }: Writing,
  option: ConfigOption,
): Pick<ConfigCompletion, 'newText' | 'selected'> {
  const isJson = language.name === 'json';
  const key = isJson ? JSON.stringify(option.name) : option.name;
  if (cursor.hasValue) return { newText: key };
  if (isGroup(option) && !isJson) return { newText: `${key}:\n  ` };
  const start = key.length + 2;
  const value = startingValue(option);
  const written = value === undefined ? '' : language.formatValue(value);
  // A further entry may follow that stood behind the cursor.
  const comma = isJson && /^\s*"/.test(text.slice(cursor.word.end)) ? ',' : '';
  const isEmpty = written === '[]' || written === '{}';
  const selected = isEmpty
    ? { start: start + 1, end: start + 1 }
    : { start, end: start + written.length };
  return { newText: `${key}: ${written}${comma}`, selected };
}

/** The default; of a key without one, its only word or the first. */
function startingValue({ schema, alternatives }: ConfigOption): unknown {
  if (schema.default !== undefined) return schema.default;
  const [first] = alternatives;
  return first?.const ?? first?.enum?.[0] ?? (first?.type === 'object' ? {} : undefined);
}

function values(writing: Writing, option: ConfigOption): readonly ConfigCompletion[] {
  const { default: preset } = option.schema;
  const listed = option.alternatives.flatMap(listedValues);
  const named = listed.length > 1 ? [] : namesAt(writing);
  const known = preset === undefined || isGroup(option) ? [] : [preset];
  const offered = [...known, ...listed, ...named];
  const unique = offered.filter(
    (value, index) => offered.findIndex((other) => sameValue(other, value)) === index,
  );
  return unique.flatMap((value) => [
    valueCompletion(writing, option, value),
    ...option.alternatives
      .filter(({ properties }) => value !== null && properties?.name?.const === value)
      .flatMap((schema) => mappingCompletion(writing, schema)),
  ]);
}

/** Names that the schema does not list, because they are the task's own. */
function namesAt({ cursor, task }: Writing): readonly string[] {
  return vocabularyAt(cursor.path, task)?.choices.map(({ name }) => name) ?? [];
}

function choiceNamed({ cursor, task }: Writing, value: unknown): NamedChoice | undefined {
  return vocabularyAt(cursor.path, task)?.choices.find(({ name }) => name === value);
}

/** What a name stands for; of a strategy its cost too. */
function choiceText({ cursor, task }: Writing, { name, description }: NamedChoice): string {
  const isStrategy = vocabularyAt(cursor.path, task)?.family === 'strategy';
  const cost = isStrategy && strategies.find((strategy) => strategy.name === name)?.cost;
  const said = prose(description);
  return cost && task ? `${said}\n\nCost of a step: ${costText(cost, task.terms.length)}.` : said;
}

function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function listedValues(schema: OptionSchema): readonly unknown[] {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return schema.enum;
  if (schema.type === 'boolean') return [true, false];
  return schema.type === 'null' ? [null] : [];
}

function valueCompletion(writing: Writing, option: ConfigOption, value: unknown): ConfigCompletion {
  const { language, cursor } = writing;
  const choice = choiceNamed(writing, value);
  return {
    label: describeValue(value),
    kind: 'value',
    detail: sameValue(value, option.schema.default) ? 'default' : '',
    documentation: choice ? choiceText(writing, choice) : (option.schema.description ?? ''),
    range: cursor.word,
    newText: language.formatValue(value),
  };
}

/** A choice together with its options, each at its default: `name: cagrad` and `c: 0.5` below. */
function mappingCompletion(writing: Writing, schema: OptionSchema): readonly ConfigCompletion[] {
  const { language, cursor, text } = writing;
  const entries = Object.entries(schema.properties ?? {});
  const name = schema.properties?.name?.const;
  if (typeof name !== 'string' || entries.length < 2) return [];
  const preset = entries.flatMap(([key, inner]): [string, unknown][] => {
    const value = inner.const ?? inner.default;
    return value === undefined ? [] : [[key, value]];
  });
  const lines = preset.map(([key, value]) => `${key}: ${language.formatValue(value)}`);
  const isJson = language.name === 'json';
  const newText = isJson
    ? language.formatValue(Object.fromEntries(preset))
    : `\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const choice = choiceNamed(writing, name);
  const fence = `\`\`\`yaml\n${lines.join('\n')}\n\`\`\``;
  return [
    {
      label: `${name} …`,
      kind: 'mapping',
      detail: `with ${entries
        .map(([key]) => key)
        .filter((key) => key !== 'name')
        .join(', ')}`,
      documentation: `${choice ? choiceText(writing, choice) : ''}\n\n${fence}`,
      range: cursor.word,
      newText,
      ...(isJson ? {} : spaceBefore(text, cursor.word.start)),
    },
  ];
}

/** The block begins on a new line, so the blank behind the colon goes. */
function spaceBefore(text: string, offset: number): Pick<ConfigCompletion, 'removes'> {
  const length = / *$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  return length === 0 ? {} : { removes: { start: offset - length, end: offset } };
}
