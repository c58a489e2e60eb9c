import type { CommandLaunch } from '../launcher.ts';

/** Without the editor's own variables, which would make other Electron programs, and `code` itself, misbehave. */
export function withoutEditor(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(environment).filter(
    ([name]) => name !== 'ELECTRON_RUN_AS_NODE' && !name.startsWith('VSCODE_'),
  );
  return Object.fromEntries(kept);
}

/** What a program gets in addition: what the user says, and which run it is. */
export function runVariables({
  env,
  runFolder,
  seed,
}: Pick<CommandLaunch, 'env' | 'runFolder' | 'seed'>): Readonly<Record<string, string>> {
  return { ...env, COUNTERWEIGHT_RUN_DIR: runFolder, COUNTERWEIGHT_SEED: String(seed) };
}
