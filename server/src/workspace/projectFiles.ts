import { dirname, join } from 'node:path';

import { type ReadProjectFile, readProjectFile } from '../discovery/readProjectFile.ts';
import type { ConfigProblem } from '../model/finding.ts';
import { type ProjectFile, projectFileName } from '../model/projectFile.ts';
import { configRules } from '../rules/configRegistry.ts';
import { rules } from '../rules/registry.ts';
import type { FoundProject } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import { weightFileProblems, weightFilesOf } from './weightFiles.ts';

/** So that a wrong one in `counterweight.yaml` is told. */
const ruleNames = [...rules, ...configRules].map(({ name }) => name).sort();

/** An open `counterweight.yaml`. */
export interface OpenProject {
  readonly uri: string;
  readonly path: string;
  readonly text: string;
  readonly problems: readonly ConfigProblem[];
}

/** Every `counterweight.yaml`: as it is in the editor, else as it is on the disk. */
export class ProjectFiles {
  readonly #files: WorkspaceFiles;
  readonly #open = new Map<string, OpenProject>();
  readonly #lastGood = new Map<string, ProjectFile>();
  readonly #parsed = new Map<string, { readonly text: string; readonly read: ReadProjectFile }>();

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  /** Takes the text of one that was opened or edited. */
  put(uri: string, path: string, text: string): void {
    const { problems } = this.#parse(path, text);
    this.#open.set(uri, { uri, path, text, problems });
  }

  /** Looks whether the files are there that an open one names as those that set the weights. */
  async lookForFiles(uri: string): Promise<void> {
    const open = this.#open.get(uri);
    if (!open) return;
    const { path, text } = open;
    const missing = await weightFileProblems(this.#files, path, text);
    // It may have been edited or closed meanwhile.
    if (this.#open.get(uri) !== open) return;
    this.#open.set(uri, { ...open, problems: [...this.#parse(path, text).problems, ...missing] });
  }

  /** Returns the one that was open. */
  close(uri: string): OpenProject | undefined {
    const project = this.#open.get(uri);
    this.#open.delete(uri);
    return project;
  }

  get(uri: string): OpenProject | undefined {
    return this.#open.get(uri);
  }

  /** What those that are open say. */
  open(): readonly (OpenProject & FoundProject)[] {
    return [...this.#open.values()].map((open) => ({
      ...open,
      project: this.#read(open.path, open.text),
    }));
  }

  /** The nearest one upwards from a config, no higher than the folder `top`. */
  async find(configPath: string, top: string): Promise<FoundProject | undefined> {
    for (let folder = dirname(configPath); ; folder = dirname(folder)) {
      const path = join(folder, projectFileName);
      const text = await this.textOf(path);
      if (text !== undefined) {
        const project = this.#read(path, text);
        return { path, project, weightFiles: await weightFilesOf(this.#files, path, project) };
      }
      if (folder === top || folder === dirname(folder)) return undefined;
    }
  }

  /** The text of one, as it is in the editor, else on the disk. */
  async textOf(path: string): Promise<string | undefined> {
    const open = [...this.#open.values()].find((project) => project.path === path);
    return open?.text ?? (await this.#files.readText(path));
  }

  /** While somebody types, the last text that could be read counts, so that nothing disappears. */
  #read(path: string, text: string): ProjectFile | undefined {
    const { project } = this.#parse(path, text);
    if (project) this.#lastGood.set(path, project);
    return project ?? this.#lastGood.get(path);
  }

  /** At every letter that is typed in a config it is asked what its `counterweight.yaml` says. */
  #parse(path: string, text: string): ReadProjectFile {
    const known = this.#parsed.get(path);
    if (known?.text === text) return known.read;
    const read = readProjectFile(text, ruleNames);
    this.#parsed.set(path, { text, read });
    return read;
  }
}

/** Whether a path is one of a `counterweight.yaml`. */
export function isProjectFile(path: string): boolean {
  return path.endsWith(`/${projectFileName}`) || path.endsWith(`\\${projectFileName}`);
}
