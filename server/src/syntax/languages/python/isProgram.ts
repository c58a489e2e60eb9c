import { parser } from '@lezer/python';

import { toParsedText } from './parsedText.ts';

/** Shorter texts are read whatever they are. */
const longText = 30_000;
/** So much of a long one tells what it is. */
const headLength = 3000;
/** Programs of any version have far fewer errors a character, other texts more. */
const mostErrors = headLength / 10;
/** So much of a head lies in errors where nothing is left of it; of heads that were typed into, at most 0.63 was seen. */
const mostInErrors = 0.9 * headLength;

/**
 * False for what cannot be a program: a text with null characters, which Python refuses, and a long
 * one that begins with nothing but errors. The parser takes a hundred times as long for these as
 * for programs.
 */
export function isProgram(text: string): boolean {
  if (text.includes('\0')) return false;
  return text.length < longText || !isAllErrors(headOf(text));
}

/** The same of a text that a program became. */
export function isStillProgram(text: string, before: string): boolean {
  const isHeadSame = before.length >= longText && headOf(before) === headOf(text);
  return isHeadSame ? !text.includes('\0') : isProgram(text);
}

function headOf(text: string): string {
  return text.slice(0, headLength);
}

function isAllErrors(head: string): boolean {
  const cursor = parser.parse(toParsedText(head)).cursor();
  let errors = 0;
  let inErrors = 0;
  while (cursor.next()) {
    if (!cursor.type.isError) continue;
    errors += 1;
    inErrors += cursor.to - cursor.from;
  }
  return errors >= mostErrors || inErrors >= mostInErrors;
}
