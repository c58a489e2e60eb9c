import { type Document, parseAllDocuments } from 'yaml';

import { fail, type Result, succeed } from '../../base/result.ts';

/**
 * The documents of a YAML text as the library reads them, or what it says of input that it was not
 * made for. The failsafe schema leaves every scalar a text: what it means is for `yamlScalar.ts` to
 * say.
 */
export function readDocuments(text: string): Result<readonly Document[], string> {
  try {
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return succeed([...documents]);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
