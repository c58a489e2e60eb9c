import type { ConfigDocument, ConfigLanguage } from './configTree.ts';
import { json } from './languages/json.ts';
import { python } from './languages/python.ts';
import { toml } from './languages/toml.ts';
import { yaml } from './languages/yaml.ts';

/** The languages of configs, sorted by name. */
export const configLanguages: readonly ConfigLanguage[] = [json, python, toml, yaml];

/**
 * Parses a config by the ending of its file name; undefined where no language knows the ending.
 * With the version of the text before it, it may take less time.
 */
export function parseConfig(
  fileName: string,
  text: string,
  previous?: ConfigDocument,
): ConfigDocument | undefined {
  return languageOf(fileName)?.parse(text, previous);
}

/** The same in steps of a few milliseconds each, between which others can be served. */
export function* parseConfigInSteps(
  fileName: string,
  text: string,
): Generator<undefined, ConfigDocument | undefined> {
  const language = languageOf(fileName);
  return language?.parseInSteps ? yield* language.parseInSteps(text) : language?.parse(text);
}

function languageOf(fileName: string): ConfigLanguage | undefined {
  const lower = fileName.toLowerCase();
  return configLanguages.find(({ extensions }) =>
    extensions.some((extension) => lower.endsWith(extension)),
  );
}
