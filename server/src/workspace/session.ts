import { dirname, join } from 'node:path';

import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { IngestChange, IngestLoop } from '../ingest/ingestLoop.ts';
import { projectFileName } from '../model/projectFile.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { type ConfigFile, readConfigFile } from './configFile.ts';
import { type ConfigView, problemsBelow, rootOf, sameRoots } from './configView.ts';
import type { FoundProject } from './engineChoice.ts';
import type { WorkspaceFiles } from './files.ts';
import { FirstReading } from './firstReading.ts';
import { isInside, type KnownRun } from './knownRun.ts';
import { LogPatterns, type ProjectView } from './logPatterns.ts';
import { countedFile, type OpenConfig, openConfig, placesOf } from './openConfig.ts';
import { isProjectFile, ProjectFiles } from './projectFiles.ts';
import type { RunCatalog } from './runCatalog.ts';
import type { BoundRunEvidence } from './runEvidence.ts';
import { runsFolder } from './runFolder.ts';
import { type RunOfConfig, RunSnapshots } from './runSnapshots.ts';
import { learnStoredRuns } from './storedRuns.ts';
import { taskModuleProblems } from './taskModule.ts';
import { viewConfig } from './viewConfig.ts';
import { WorkspaceCode } from './workspaceCode.ts';

export interface SessionOptions {
  readonly files: WorkspaceFiles;
  readonly store: MetricStore;
  readonly ingest: IngestLoop;
  readonly catalog: RunCatalog;
  readonly logger: Logger;
  /** Whether the user trusts the workspace, so that its expressions may be run over logs. */
  readonly trusted: () => boolean;
}

/** The open configs, the runs they are bound to and what these say: the mutable heart of the server. */
export class Session implements Disposable {
  readonly #options: SessionOptions;
  readonly #disposables = new DisposableStore();
  readonly #folders = new Map<string, Disposable>();
  readonly #configs = new Map<string, OpenConfig>();
  readonly #projects: ProjectFiles;
  readonly #patterns: LogPatterns;
  readonly #snapshots: RunSnapshots;
  readonly #code: WorkspaceCode;
  readonly #firstReading = new FirstReading();
  #documents: Promise<unknown> = Promise.resolve();
  readonly #changed = new Emitter<string>();
  readonly #runsChanged = new Emitter<void>();

  /** The view of the config with this URI may have changed. */
  readonly onDidChangeConfig = this.#changed.event;
  /** The list of runs, or a state in it, may have changed. */
  readonly onDidChangeRuns = this.#runsChanged.event;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#projects = new ProjectFiles(options.files);
    this.#snapshots = new RunSnapshots(options.files, options.logger);
    this.#disposables.add(this.#snapshots.onDidRead((read) => this.#snapshotRead(read)));
    this.#code = this.#disposables.add(new WorkspaceCode(options.files, options.logger));
    this.#disposables.add(this.#code.onDidRead((folder) => this.#codeRead(folder)));
    this.#patterns = this.#disposables.add(new LogPatterns(options));
    this.#disposables.add(
      this.#patterns.onDidChange(() => {
        for (const { uri } of this.#projects.open()) this.#changed.fire(uri);
      }),
    );
    this.#disposables.add(options.ingest.onDidChange((change) => this.#takeIn(change)));
    this.#disposables.add(options.catalog.onDidChange((run) => this.#runChanged(run)));
  }

  /** Learns of a workspace folder: its earlier runs, and those to come. */
  async addFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    this.#folders.set(folder, this.#options.ingest.watch(runsFolder(folder)));
    await learnStoredRuns(this.#options, folder);
    for (const config of this.#configs.values()) this.#lookAtCode(config);
    // Configs that were open before may have found no counterweight.yaml above their own folder.
    await this.#reloadProjects(join(folder, projectFileName));
  }

  removeFolder(folder: string): void {
    this.#folders.get(folder)?.dispose();
    this.#folders.delete(folder);
    this.#code.forget(folder);
  }

  /** The workspace folder that holds a path: the innermost, where folders are nested. */
  folderOf(path: string): string | undefined {
    return [...this.#folders.keys()]
      .filter((folder) => isInside(path, folder))
      .sort((a, b) => b.length - a.length)[0];
  }

  /** A document was opened or changed. */
  async setDocument(uri: string, path: string, text: string): Promise<void> {
    const taken = isProjectFile(path)
      ? this.#setProject(uri, path, text)
      : this.#setConfig(uri, path, text);
    this.#documents = Promise.allSettled([this.#documents, taken]);
    await taken;
  }

  /** Resolves when every document so far has met the `counterweight.yaml` that speaks for it. */
  async documentsTaken(): Promise<void> {
    await this.#documents;
  }

  async closeDocument(uri: string): Promise<void> {
    this.#firstReading.cancel(uri);
    this.#configs.get(uri)?.watching.dispose();
    this.#configs.delete(uri);
    const project = this.#projects.close(uri);
    this.#changed.fire(uri);
    if (project) await this.#reloadProjects(project.path);
    else this.#followPatterns();
  }

  /** A `counterweight.yaml` was changed on disk. */
  async projectFileChanged(path: string): Promise<void> {
    await this.#reloadProjects(path);
  }

  /** The user has trusted the workspace. */
  trustGranted(): void {
    this.#followPatterns();
    for (const [uri, config] of this.#configs) {
      this.#watchRoots(config);
      this.#invalidate(uri, config);
    }
  }

  /** A file that may be the module of a user's own task came or went. */
  async moduleChanged(): Promise<void> {
    for (const [uri, config] of this.#configs) await this.#checkModule(uri, config);
  }

  /** Files that a walk over the folders may find came, went or were changed. */
  filesChanged(paths: readonly string[]): void {
    this.#code.filesChanged(paths);
  }

  configUris(): readonly string[] {
    return [...this.#configs.keys()];
  }

  view(uri: string): ConfigView | undefined {
    const config = this.#configs.get(uri);
    if (!config) return undefined;
    config.view ??= viewConfig({
      ...config,
      ...this.#options,
      logProblems: problemsBelow(config.roots, this.#options.ingest.problems()),
      snapshots: this.#snapshots,
      code: this.#code.of(this.folderOf(config.file.path), config.file.path),
    });
    return config.view;
  }

  /** The text of an open config, without what its runs say. */
  file(uri: string): ConfigFile | undefined {
    return this.#configs.get(uri)?.file;
  }

  /** The text of a `counterweight.yaml` as it is in the editor, else on the disk. */
  projectText(path: string): Promise<string | undefined> {
    return this.#projects.textOf(path);
  }

  /** An open `counterweight.yaml`, with what is to be said of it. */
  project(uri: string): ProjectView | undefined {
    const open = this.#projects.get(uri);
    return open && this.#patterns.view(open);
  }

  evidence(uri: string, runId: string): BoundRunEvidence | undefined {
    const config = this.#configs.get(uri);
    const run = this.#options.catalog.find(runId);
    if (!config || !run) return undefined;
    const weights = this.#snapshots.weightsOf(run, config.file);
    return config.evidence.of(config.file, run, weights, config.found?.project);
  }

  /** Resolves when all logs, snapshots and code that are known now have been read to their end. */
  async settled(): Promise<void> {
    await this.#options.ingest.settled();
    await this.#snapshots.settled();
    await this.#code.settled();
  }

  dispose(): void {
    for (const { watching } of this.#configs.values()) watching.dispose();
    for (const folder of this.#folders.values()) folder.dispose();
    this.#disposables.dispose();
  }

  async #setConfig(uri: string, path: string, text: string): Promise<void> {
    const before = this.#configs.get(uri);
    const reading = before
      ? readConfigFile(uri, path, text, before.read)
      : this.#firstReading.read(uri, path, text);
    const read = reading instanceof Promise ? await reading : reading;
    if (!read) return;
    const config = before ?? openConfig(read, this.#options.store);
    config.read = read;
    this.#configs.set(uri, config);
    if (!before) config.found = await this.#findProject(path);
    // It may have been closed meanwhile: then nobody would end what is begun now.
    if (this.#configs.get(uri) !== config) return;
    config.file = countedFile(config.read, config.found);
    this.#followPatterns();
    this.#watchRoots(config);
    this.#invalidate(uri, config);
    this.#lookAtCode(config);
    await this.#checkModule(uri, config);
  }

  async #checkModule(uri: string, config: OpenConfig): Promise<void> {
    const { file, moduleProblems: before } = config;
    const problems = await taskModuleProblems(this.#options.files, file);
    // It may have been edited meanwhile, and is being looked at again.
    if (config.file !== file || (problems.length === 0 && before.length === 0)) return;
    config.moduleProblems = problems;
    this.#invalidate(uri, config);
  }

  async #setProject(uri: string, path: string, text: string): Promise<void> {
    this.#projects.put(uri, path, text);
    await this.#projects.lookForFiles(uri);
    this.#changed.fire(uri);
    await this.#reloadProjects(path);
  }

  /** The configs that a `counterweight.yaml` speaks for look at it again. */
  async #reloadProjects(path: string): Promise<void> {
    const configs = [...this.#configs.values()].filter(({ file }) =>
      isInside(file.path, dirname(path)),
    );
    for (const config of configs) config.found = await this.#findProject(config.file.path);
    this.#followPatterns();
    for (const config of configs) {
      if (this.#configs.get(config.file.uri) !== config) continue;
      config.file = countedFile(config.read, config.found);
      config.evidence.forgetAll();
      this.#watchRoots(config);
      this.#invalidate(config.file.uri, config);
      this.#lookAtCode(config);
    }
  }

  #findProject(configPath: string): Promise<FoundProject | undefined> {
    return this.#projects.find(configPath, this.folderOf(configPath) ?? dirname(configPath));
  }

  /** Reads logs by the patterns of every `counterweight.yaml` that is open or speaks for a config. */
  #followPatterns(): void {
    const found = [...this.#configs.values()].flatMap((config) => config.found ?? []);
    this.#patterns.follow([...found, ...this.#projects.open()]);
  }

  #watchRoots(config: OpenConfig): void {
    const { file, found } = config;
    const ofPatterns = this.#patterns.rootsOf(found?.path);
    const roots = placesOf(config, this.folderOf(file.path), ofPatterns);
    if (sameRoots(roots, config.roots)) return;
    const watching = new DisposableStore();
    for (const { path, holds } of roots) {
      // Files that only some patterns name are found by these.
      if (!holds) watching.add(this.#options.ingest.watch(path));
    }
    config.watching.dispose();
    config.watching = watching;
    config.roots = roots;
    for (const run of this.#options.catalog.boundTo(file.path, roots)) {
      this.#snapshots.look(run, config);
    }
  }

  #takeIn({ updates, removed, problems }: IngestChange): void {
    const { catalog } = this.#options;
    for (const id of removed) {
      this.#restart(id);
      this.#snapshots.forget(id);
      catalog.forgetLogs(id);
    }
    for (const { run, reset } of updates) {
      if (reset) this.#restart(run.id);
      else if (run.files.length > 1) this.#forget(run.id);
      catalog.putDiscovered(run);
    }
    if (problems) for (const [uri, config] of this.#configs) this.#invalidate(uri, config);
  }

  #restart(runId: string): void {
    for (const { evidence } of this.#configs.values()) evidence.restart(runId);
  }

  /** Where an older one of several files still grows, points come in between the others. */
  #forget(runId: string): void {
    for (const { evidence } of this.#configs.values()) evidence.forget(runId);
  }

  #runChanged(run: KnownRun): void {
    this.#snapshots.lookAtOwn(run);
    for (const [uri, config] of this.#configs) {
      const speaks = run.configPath
        ? run.configPath === config.file.path
        : rootOf(config.roots, run.id, run.discovered?.files);
      if (!speaks) continue;
      this.#snapshots.look(run, config);
      this.#invalidate(uri, config);
    }
    this.#runsChanged.fire();
  }

  #snapshotRead({ runId, configPath }: RunOfConfig): void {
    for (const [uri, config] of this.#configs) {
      if (config.file.path !== configPath) continue;
      config.evidence.forget(runId);
      this.#invalidate(uri, config);
    }
  }

  /** Whether anything reads a weight is asked of the code around it. */
  #lookAtCode({ file: { path, terms, task } }: OpenConfig): void {
    const folder = this.folderOf(path);
    // The options of our own tasks are checked by themselves.
    if (folder !== undefined && terms.length > 0 && !task) this.#code.look(folder);
  }

  #codeRead(folder: string): void {
    for (const [uri, config] of this.#configs) {
      if (this.folderOf(config.file.path) === folder) this.#invalidate(uri, config);
    }
  }

  #invalidate(uri: string, config: OpenConfig): void {
    config.view = undefined;
    this.#changed.fire(uri);
  }
}
