/** What is known of a document without `vscode`: enough to tell whether it can be a config. */
export interface DocumentFacts {
  readonly scheme: string;
  readonly languageId: string;
  readonly path: string;
}

/** Languages of configs. TOML has none of its own in a bare VS Code, so the manifest declares it. */
export const configLanguages: readonly string[] = ['json', 'jsonc', 'python', 'toml', 'yaml'];

/** Whether a document may hold loss weights: a file of a language that the server reads. */
export function mayBeConfig(document: DocumentFacts): boolean {
  if (document.scheme !== 'file') return false;
  return configLanguages.includes(document.languageId) || document.path.endsWith('.toml');
}
