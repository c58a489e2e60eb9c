import { fail, type Result, succeed } from '../base/result.ts';
import type { FoundNode } from './findNode.ts';

/** From here on Node.js strips types when it is asked to, and by itself (nodejs.org/api/typescript.html). */
const asked = '22.6.0';
const byItself: Readonly<Record<number, string>> = { 22: '22.18.0', 23: '23.6.0' };

/**
 * What Node.js has to be told for a user's own task: to strip its types, and to say nothing about
 * that. The error says which Node.js could.
 */
export function optionsForTask(
  { version, path }: FoundNode,
  modulePath: string | undefined,
): Result<readonly string[]> {
  if (modulePath === undefined) return succeed([]);
  const quiet = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
  ];
  if (!/\.m?ts$/.test(modulePath)) return succeed(quiet);
  if (isBefore(version, asked)) {
    return fail(
      `A task in TypeScript needs Node.js ${asked} or newer, and ${path} is ${version}. ` +
        'Install a newer one, set counterweight.nodePath to one, or write the task in JavaScript (.mjs).',
    );
  }
  const [major = 0] = version.split('.').map(Number);
  const since = byItself[major];
  const mustAsk = since !== undefined && isBefore(version, since);
  return succeed(mustAsk ? ['--experimental-strip-types', ...quiet] : quiet);
}

function isBefore(version: string, other: string): boolean {
  const [one, two] = [version, other].map((text) => text.split('.').map(Number.parseFloat));
  const index = [0, 1, 2].find((place) => one?.[place] !== two?.[place]);
  return index !== undefined && (one?.[index] ?? 0) < (two?.[index] ?? 0);
}
