import { extname, join, resolve } from 'node:path';

import { hydraMain } from '../ablation/overrides/hydraPackage.ts';
import type { ProgramSource } from '../ablation/overrides/override.ts';
import { parseConfig } from '../syntax/registry.ts';
import type { ConfigFile } from './configFile.ts';
import { chooseEngine, type FoundProject } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';

/** Longer files are generated ones. */
const longestProgram = 1024 * 1024;

/**
 * The Python program that `run.command` starts, itself or by a launcher (`torchrun train.py`,
 * `python -m package.train`), with Hydra's primary config where it names one. Undefined where there
 * is no command, or none of its words leads to a program that can be read.
 */
export async function readProgram(
  files: WorkspaceFiles,
  config: ConfigFile,
  found: FoundProject | undefined,
): Promise<ProgramSource | undefined> {
  const command = found?.project?.run?.command;
  const choice = command && chooseEngine(config, found);
  if (!choice?.ok || choice.value.engine !== 'command') return undefined;
  for (const path of programPaths(choice.value.command, choice.value.cwd, config.path)) {
    const text = path === config.path ? config.text : await files.readText(path, longestProgram);
    if (text === undefined) continue;
    const primary = await readPrimary(files, { path, text }, choice.value.command);
    return { path, text, ...(primary ? { primary } : {}) };
  }
  return undefined;
}

/** Where the words of a command may lead to a Python program, in their order. */
function programPaths(
  command: readonly string[],
  cwd: string,
  configPath: string,
): readonly string[] {
  return command.flatMap((word, at) => {
    if (word === '{config}') return extname(configPath) === '.py' ? [configPath] : [];
    if (word.endsWith('.py') && !word.includes('{')) return [resolve(cwd, word)];
    return command[at - 1] === '-m' ? modulePaths(word, cwd) : [];
  });
}

/** `python -m package.train` */
function modulePaths(name: string, cwd: string): readonly string[] {
  if (!/^[\w.]+$/.test(name)) return [];
  const module = join(cwd, ...name.split('.'));
  return [`${module}.py`, join(module, '__main__.py')];
}

async function readPrimary(
  files: WorkspaceFiles,
  program: ProgramSource,
  command: readonly string[],
): Promise<ProgramSource['primary']> {
  const main = hydraMain(program, command);
  if (main?.root === undefined || main.configName === undefined) return undefined;
  const name = main.configName.replace(/\.ya?ml$/, '');
  for (const ending of ['.yaml', '.yml']) {
    const path = join(main.root, `${name}${ending}`);
    const text = await files.readText(path, longestProgram);
    const document = text === undefined ? undefined : parseConfig(path, text);
    if (document) return { path, document };
  }
  return undefined;
}
