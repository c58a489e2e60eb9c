import { fileURLToPath } from 'node:url';

/** The path of a file URI; undefined for what is no file on this machine (untitled, git, …). */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
