import { type ConfigOption, keysOf } from '../training/optionSchema.ts';
import { describeAllowed, describeValue } from '../training/optionWords.ts';
import { code } from './hoverText.ts';

/** What a key of a built-in task's config is for, what it may hold and what it holds by itself, as Markdown. */
export function optionMarkdown(option: ConfigOption): string {
  const { schema, alternatives } = option;
  const description = schema.description ?? alternatives[0]?.description ?? '';
  const parts = [description, allowedText(option), keysText(option)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** `a number, greater than 0 · default 0.002`, on one line and without markup. */
export function optionDetail(option: ConfigOption): string {
  const parts = [isGroup(option) ? '' : describeAllowed(option), defaultText(option)];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Whether it is nothing but a mapping, whose own default is that of its keys. */
export function isGroup({ alternatives }: ConfigOption): boolean {
  return alternatives.every(({ type }) => type === 'object');
}

function allowedText(option: ConfigOption): string {
  const detail = optionDetail(option);
  return detail === '' ? '' : `*${detail.replaceAll(/[*_]/g, '\\$&')}*`;
}

function defaultText(option: ConfigOption): string {
  if (option.required) return 'required';
  const { default: value } = option.schema;
  if (value === undefined || isGroup(option)) return '';
  return `default ${describeValue(value)}`;
}

function keysText(option: ConfigOption): string {
  if (!isGroup(option)) return '';
  return `Keys: ${keysOf(option)
    .map((key) => code(key))
    .join(', ')}`;
}
