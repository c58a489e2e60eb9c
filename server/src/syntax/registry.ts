import type { ConfigDocument, ConfigLanguage } from './configTree.ts';
import { json } from './languages/json.ts';
import { python } from './languages/python.ts';
import { yaml } from './languages/yaml.ts';

/** The languages of configs, sorted by name. */
export const configLanguages: readonly ConfigLanguage[] = [json, python, yaml];

/** Parses a config by the ending of its file name; undefined where no language knows the ending. */
export function parseConfig(fileName: string, text: string): ConfigDocument | undefined {
  const lower = fileName.toLowerCase();
  return configLanguages
    .find((language) => language.extensions.some((extension) => lower.endsWith(extension)))
    ?.parse(text);
}
