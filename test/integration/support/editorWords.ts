import type { Position } from 'vscode-languageserver/node';

import type { LanguageServer } from './languageServer.ts';

/** The inlay hints of a document as they stand at the end of its lines. */
export async function hintLabels(server: LanguageServer, uri: string): Promise<readonly string[]> {
  const hints = await server.inlayHints(uri);
  return hints.map(({ label }) =>
    typeof label === 'string' ? label : label.map((part) => part.value).join(''),
  );
}

/** The text of the hover as it is read, Markdown's backslashes taken away; empty for none. */
export async function hoverText(
  server: LanguageServer,
  uri: string,
  position: Position,
): Promise<string> {
  const contents = (await server.hover(uri, position))?.contents ?? '';
  const parts = Array.isArray(contents) ? contents : [contents];
  const text = parts.map((part) => (typeof part === 'string' ? part : part.value)).join('\n');
  return text.replaceAll(/\\([^\w\s])/g, '$1');
}

/** The titles of the lenses of a document, those without a command left out. */
export async function lensTitles(server: LanguageServer, uri: string): Promise<readonly string[]> {
  const lenses = await server.codeLenses(uri);
  return lenses.flatMap((lens) => lens.command?.title ?? []);
}
