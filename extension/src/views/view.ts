import type { Disposable, Uri } from 'vscode';

import type { ActiveConfig } from '../client/activeConfig.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import type { TrendsRelay } from '../panels/trendsRelay.ts';

/** Trees are drawn at most this often: VS Code queues refreshes and a slow machine would fall behind. */
export const refreshMilliseconds = 1000;

/** What views work with. */
export interface ViewContext {
  readonly extensionUri: Uri;
  readonly mirror: ServerMirror;
  readonly activeConfig: ActiveConfig;
  readonly trendsRelay: TrendsRelay;
}

/** One view of the side bar, under the id that the manifest gives it. */
export interface View {
  readonly id: string;
  readonly register: (context: ViewContext) => Disposable;
}
