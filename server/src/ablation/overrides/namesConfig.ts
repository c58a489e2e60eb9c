import { isAbsolute } from 'node:path';

import type { OverrideSubject } from './override.ts';

/** Whether a command gives its program this config, and not one that builds on it or another. */
export function namesConfig({ command, configPath }: OverrideSubject): boolean {
  const path = configPath.replaceAll('\\', '/');
  return command.some((word) => {
    if (word.includes('{config}')) return true;
    const named = word.replace(/^--?[\w-]+=/, '');
    if (isAbsolute(named)) return named === configPath;
    // What it is relative to is not known here.
    const way = named.replaceAll('\\', '/').replace(/^(?:\.{1,2}\/)+/, '');
    return way !== '' && path.endsWith(`/${way}`);
  });
}
