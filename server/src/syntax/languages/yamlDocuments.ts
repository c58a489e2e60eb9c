import { type Document, parseAllDocuments } from 'yaml';

import { fail, type Result, succeed } from '../../base/result.ts';
import { nestingOf } from './nesting.ts';
import { joinFlowLines } from './yamlFlow.ts';

/** With more brackets open, the library takes ever longer, and its stack ends. */
const deepest = 500;

/**
 * The documents of a YAML text as the library reads them, or what it says of input that it was not
 * made for. The failsafe schema leaves every scalar a text: what it means is for `yamlScalar.ts` to
 * say.
 */
export function readDocuments(text: string): Result<readonly Document[], string> {
  if (nestingOf(text) > deepest) return fail('it is nested too deeply to be read as a config.');
  try {
    const documents = parse(text);
    const joined = documents.some(hasLineOutOfFlow) ? joinFlowLines(text) : undefined;
    return succeed(joined === undefined ? documents : parse(joined));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function parse(text: string): readonly Document[] {
  const options = { uniqueKeys: false, prettyErrors: false } as const;
  return [...parseAllDocuments(text, { ...options, schema: 'failsafe', logLevel: 'silent' })];
}

function hasLineOutOfFlow({ errors }: Document): boolean {
  return errors.some(({ code, message }) => code === 'BAD_INDENT' && message.startsWith('Flow'));
}
