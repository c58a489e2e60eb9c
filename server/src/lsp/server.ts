import {
  type Connection,
  type InitializeParams,
  type ServerCapabilities,
  TextDocumentSyncKind,
  type WorkspaceFolder,
} from 'vscode-languageserver/node';
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { initializationOptionsSchema, notifications } from '../protocol/messages.ts';
import { type Settings, settingsSchema } from '../protocol/settings.ts';
import { followLeftJobs } from '../workspace/clusterJob.ts';
import { TaskSchemas } from '../workspace/taskSchemas.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { FeatureContext } from './feature.ts';
import { features } from './features/registry.ts';
import { pathOfUri } from './fromProtocol.ts';

/** Builds the objects behind the server, once the client has told its settings. */
export type BuildWorkspace = (options: {
  readonly settings: () => Settings;
  readonly logger: Logger;
  readonly trusted: () => boolean;
}) => Workspace;

/** What the client may change while the server runs. */
interface ClientState {
  settings: Settings;
  trusted: boolean;
}

const defaultSettings = settingsSchema.parse({});

/** Speaks LSP on a connection until it closes. */
export function startServer(connection: Connection, clock: Clock, build: BuildWorkspace): void {
  const logger: Logger = {
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  };
  let workspace: Workspace | undefined;
  let foldersRead = Promise.resolve();
  connection.onInitialize((params) => {
    const state = readClientState(params, logger);
    const trusted = (): boolean => state.trusted;
    const built = build({ settings: () => state.settings, logger, trusted });
    workspace = built;
    const context: FeatureContext = {
      connection,
      workspace: built,
      clock,
      logger,
      settings: () => state.settings,
      trusted,
      foldersRead: () => foldersRead,
      drawsImages: /code/i.test(params.clientInfo?.name ?? ''),
      schemas: new TaskSchemas(),
      fillsIn:
        params.capabilities.textDocument?.completion?.completionItem?.snippetSupport ?? false,
    };
    for (const feature of features) feature.register(context);
    followClient(connection, state, built, logger);
    connection.onInitialized(() => {
      for (const feature of features) feature.initialized?.(context);
      foldersRead = followFolders(connection, built, params, context);
    });
    return { capabilities: capabilities(), serverInfo: { name: 'Counterweight' } };
  });
  connection.onShutdown(() => workspace?.dispose());
}

function capabilities(): ServerCapabilities {
  const base: ServerCapabilities = {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
  return Object.assign(base, ...features.map((feature) => feature.capabilities ?? {}));
}

function readClientState(params: InitializeParams, logger: Logger): ClientState {
  // A client that says nothing of trust has no such thing: it runs what its user runs.
  const given: unknown = params.initializationOptions ?? { trusted: true };
  const options = initializationOptionsSchema.safeParse(given);
  if (!options.success) {
    logger.warn(`initializationOptions are not used: ${z.prettifyError(options.error)}`);
    return { settings: defaultSettings, trusted: false };
  }
  return {
    settings: readSettings(options.data.settings, logger) ?? defaultSettings,
    trusted: options.data.trusted,
  };
}

function readSettings(value: unknown, logger: Logger): Settings | undefined {
  const parsed = settingsSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  logger.warn(`The settings of Counterweight are not used: ${z.prettifyError(parsed.error)}`);
  return undefined;
}

function followClient(
  connection: Connection,
  state: ClientState,
  { session, catalog, starter }: Workspace,
  logger: Logger,
): void {
  connection.onDidChangeConfiguration(({ settings }) => {
    const section = z.object({ counterweight: z.unknown() }).safeParse(settings);
    if (!section.success) return;
    state.settings = readSettings(section.data.counterweight, logger) ?? state.settings;
  });
  connection.onNotification(notifications.trustGranted, () => {
    state.trusted = true;
    session.trustGranted();
    void followLeftJobs(catalog, starter);
  });
}

/** Knows the folders of the window, those that come later too; done once the first ones have been read. */
function followFolders(
  connection: Connection,
  workspace: Workspace,
  { workspaceFolders, capabilities: client }: InitializeParams,
  { logger, trusted }: Pick<FeatureContext, 'logger' | 'trusted'>,
): Promise<void> {
  const tell = (error: unknown): void => logger.error(`folders: ${error}`);
  const add = (added: readonly WorkspaceFolder[]): Promise<void> => {
    const read = addFolders(workspace, added, logger).catch(tell);
    // Nobody waits for these: a cluster may take its time to tell of its jobs.
    read
      .then(() => (trusted() ? followLeftJobs(workspace.catalog, workspace.starter) : undefined))
      .catch(tell);
    return read;
  };
  const read = add(workspaceFolders ?? []);
  // Others have the folders that they began with.
  if (!client.workspace?.workspaceFolders) return read;
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    for (const { uri } of removed) workspace.session.removeFolder(pathOfUri(uri) ?? '');
    void add(added);
  });
  return read;
}

async function addFolders(
  { session, experiments, queueMemory }: Workspace,
  folders: readonly WorkspaceFolder[],
  logger: Logger,
): Promise<void> {
  await Promise.all(
    folders.map(async ({ uri }) => {
      const folder = pathOfUri(uri);
      if (folder === undefined) return;
      await session.addFolder(folder);
      await queueMemory.load(folder);
      await experiments.load(folder, (path, why) =>
        logger.warn(`${path} ${why} and was left out.`),
      );
    }),
  );
}
