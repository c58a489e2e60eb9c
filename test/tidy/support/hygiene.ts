import { lineOf, type Violation } from './sourceFile.ts';

/** A text file of the repository. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

interface Ban {
  readonly pattern: RegExp;
  readonly message: string;
  /** Which files it holds for; all where absent. */
  readonly files?: RegExp;
}

/*
 * The patterns are put together from pieces, so that this file, which is checked like any other,
 * does not hold what it forbids.
 */
const bans: readonly Ban[] = [
  {
    pattern: /(?<![\w.~}$/])\/(?:home|Users|root|work|mnt)\/[\w.-]+/g,
    message: 'names a path of one machine',
  },
  { pattern: /\b[A-Z]:\\Users\\\w+/g, message: 'names a path of one machine' },
  {
    pattern: /https?:\/\/(?:registry\.|[\w.-]*(?:artifactory|nexus|verdaccio|jfrog))[\w.-]*/gi,
    message: 'names a package registry',
  },
  { pattern: /"resolved":/g, message: 'pins a registry', files: /(^|\/)package-lock\.json$/ },
  {
    pattern: /\b(?:describe|it|test|suite)(?:\.\w+)*\.(?:only|skip|todo)\b/g,
    message: 'leaves out tests',
    files: /\.m?[tj]s$/,
  },
  { pattern: /\bx(?:it|describe|test)\(/g, message: 'leaves out tests', files: /\.m?[tj]s$/ },
  {
    pattern: /@ts-(?:ignore|nocheck|expect-error)/g,
    message: 'silences the compiler',
    files: /\.m?[tj]s$/,
  },
  {
    pattern: /(?:biome|eslint)-(?:ignore|disable)/g,
    message: 'silences the linter',
    files: /\.(?:m?[tj]s|css|jsonc?)$/,
  },
  {
    pattern: /\r/g,
    message: 'has line ends that are not LF',
    // Logs are kept as their writers left them.
    files: /^(?!test\/fixtures\/logs\/)/,
  },
];

/** What a file holds that must not be in the repository. */
export function hygieneViolations(file: TextFile): readonly Violation[] {
  return bans
    .filter((ban) => ban.files?.test(file.path) ?? true)
    .flatMap((ban) => {
      const [first] = file.text.matchAll(ban.pattern);
      if (!first) return [];
      const line = lineOf(file.text, first.index);
      return [{ path: file.path, line, message: `${ban.message}: ${JSON.stringify(first[0])}` }];
    });
}

/** Text as opposed to bytes: no NUL in the first kilobyte, as git judges. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 1024).includes(0);
}
