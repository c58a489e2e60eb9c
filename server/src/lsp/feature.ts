import type { Connection, ServerCapabilities } from 'vscode-languageserver/node';

import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Settings } from '../protocol/settings.ts';
import type { TaskSchemas } from '../workspace/taskSchemas.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What every feature may use. */
export interface FeatureContext {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly logger: Logger;
  settings(): Settings;
  /** False in a workspace that the user has not trusted: nothing may be run. */
  trusted(): boolean;
  /** Done once the folders that the window began with have been read, with their runs and experiments. */
  foldersRead(): Promise<void>;
  /** Whether the client can draw an image in a hover. */
  readonly drawsImages: boolean;
  /** The options of the built-in tasks. */
  readonly schemas: TaskSchemas;
  /** Whether the client lets the user fill in what a completion leaves open. */
  readonly fillsIn: boolean;
}

/** One feature of the language server. */
export interface Feature {
  readonly name: string;
  readonly capabilities?: Partial<ServerCapabilities>;
  /** Registers its handlers. Called once, after `initialize`. */
  register(context: FeatureContext): void;
  /** What may only be done once the client has said `initialized`. */
  initialized?(context: FeatureContext): void;
}
